// The pages of a stock nginx.
#include "ocibuild/deploy/placeholder.hpp"

namespace ocibuild {

Placeholder find_placeholder(int status, std::string_view body) noexcept {
  const auto has = [body](std::string_view part) { return body.find(part) != std::string_view::npos; };
  // The sentences below the title differ between versions and distributions; the title does not.
  if (status == 200 && has("<title>Welcome to nginx!</title>")) return Placeholder::welcome_page;
  // ngx_http_special_response.c ends its pages with `<hr><center>nginx/1.27.0</center>`, without the version when
  // server_tokens is off. 403 is what a directory without an index gives.
  if ((status == 404 || status == 403) && has("<hr><center>nginx")) return Placeholder::missing_page;
  return Placeholder::none;
}

std::string_view describe(Placeholder placeholder) noexcept {
  switch (placeholder) {
    case Placeholder::none: break;
    case Placeholder::welcome_page: return "nginx's welcome page";
    case Placeholder::missing_page: return "nginx's own error page";
  }
  return {};
}

}  // namespace ocibuild
