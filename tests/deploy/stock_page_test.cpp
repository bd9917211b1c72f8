#include "ocibuild/deploy/stock_page.hpp"

#include <doctest/doctest.h>

#include "nginx_pages.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("nginx's welcome page is a placeholder") {
  CHECK(find_stock_page(200, nginx_welcome_page) == StockPage::welcome_page);
  CHECK(describe(StockPage::welcome_page) == "nginx's welcome page");
}

TEST_CASE("nginx's page for what it does not have is a placeholder, with and without its version") {
  CHECK(find_stock_page(404, nginx_error_page("404 Not Found")) == StockPage::missing_page);
  CHECK(find_stock_page(404, nginx_error_page("404 Not Found", "nginx")) == StockPage::missing_page);
  CHECK(find_stock_page(404, nginx_error_page("404 Not Found", "nginx/1.27.3 (Ubuntu)")) == StockPage::missing_page);
  CHECK(find_stock_page(403, nginx_error_page("403 Forbidden")) == StockPage::missing_page);
}

TEST_CASE("an nginx whose service is not there yet is no placeholder") {
  CHECK(find_stock_page(502, nginx_error_page("502 Bad Gateway")) == StockPage::none);
  CHECK(find_stock_page(503, nginx_error_page("503 Service Temporarily Unavailable", "nginx")) == StockPage::none);
  CHECK(find_stock_page(504, nginx_error_page("504 Gateway Time-out")) == StockPage::none);
}

TEST_CASE("answers of real services are no placeholder") {
  CHECK(find_stock_page(200, R"({"status":"ok","server":"nginx"})") == StockPage::none);
  CHECK(find_stock_page(200, "") == StockPage::none);
  CHECK(find_stock_page(404, R"({"error":"no such page"})") == StockPage::none);
  CHECK(find_stock_page(404, "<html><head><title>404 Not Found</title></head><body>caddy</body></html>") ==
        StockPage::none);
  CHECK(find_stock_page(200, "<p>How to replace the page <em>Welcome to nginx!</em></p>") == StockPage::none);
}
