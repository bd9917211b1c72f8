// What nginx answers, as it came over the wire.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace ocibuild::testing {

/// `/` of nginx 1.22 to 1.26, in Debian's package and in the images of Docker Hub.
inline constexpr std::string_view nginx_welcome_page = R"(<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
)";

/// A page that nginx makes itself: of a status such as `404 Not Found`, and a name such as `nginx/1.22.1`.
inline std::string nginx_error_page(std::string_view status, std::string_view name = "nginx/1.22.1") {
  return fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
      "<hr><center>{1}</center>\r\n</body>\r\n</html>\r\n",
      status, name);
}

}  // namespace ocibuild::testing
