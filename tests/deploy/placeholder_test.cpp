#include "ocibuild/deploy/placeholder.hpp"

#include <doctest/doctest.h>

#include "nginx_pages.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("nginx's welcome page is a placeholder") {
  CHECK(find_placeholder(200, nginx_welcome_page) == Placeholder::welcome_page);
  CHECK(describe(Placeholder::welcome_page) == "nginx's welcome page");
}

TEST_CASE("nginx's page for what it does not have is a placeholder, with and without its version") {
  CHECK(find_placeholder(404, nginx_error_page("404 Not Found")) == Placeholder::missing_page);
  CHECK(find_placeholder(404, nginx_error_page("404 Not Found", "nginx")) == Placeholder::missing_page);
  CHECK(find_placeholder(404, nginx_error_page("404 Not Found", "nginx/1.27.3 (Ubuntu)")) == Placeholder::missing_page);
  CHECK(find_placeholder(403, nginx_error_page("403 Forbidden")) == Placeholder::missing_page);
}

TEST_CASE("an nginx whose service is not there yet is no placeholder") {
  CHECK(find_placeholder(502, nginx_error_page("502 Bad Gateway")) == Placeholder::none);
  CHECK(find_placeholder(503, nginx_error_page("503 Service Temporarily Unavailable", "nginx")) == Placeholder::none);
  CHECK(find_placeholder(504, nginx_error_page("504 Gateway Time-out")) == Placeholder::none);
}

TEST_CASE("answers of real services are no placeholder") {
  CHECK(find_placeholder(200, R"({"status":"ok","server":"nginx"})") == Placeholder::none);
  CHECK(find_placeholder(200, "") == Placeholder::none);
  CHECK(find_placeholder(404, R"({"error":"no such page"})") == Placeholder::none);
  CHECK(find_placeholder(404, "<html><head><title>404 Not Found</title></head><body>caddy</body></html>") ==
        Placeholder::none);
  CHECK(find_placeholder(200, "<p>How to replace the page <em>Welcome to nginx!</em></p>") == Placeholder::none);
}
