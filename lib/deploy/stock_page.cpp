// The pages of a stock nginx.
#include "ocibuild/deploy/stock_page.hpp"

namespace ocibuild {

StockPage find_stock_page(int status, std::string_view body) noexcept {
  const auto has = [body](std::string_view part) { return body.find(part) != std::string_view::npos; };
  // The sentences below the title differ between versions and distributions; the title does not.
  if (status == 200 && has("<title>Welcome to nginx!</title>")) return StockPage::welcome_page;
  // ngx_http_special_response.c ends its pages with `<hr><center>nginx/1.27.0</center>`, without the version when
  // server_tokens is off. 403 is what a directory without an index gives.
  if ((status == 404 || status == 403) && has("<hr><center>nginx")) return StockPage::missing_page;
  return StockPage::none;
}

std::string_view describe(StockPage page) noexcept {
  switch (page) {
    case StockPage::none: break;
    case StockPage::welcome_page: return "nginx's welcome page";
    case StockPage::missing_page: return "nginx's own error page";
  }
  return {};
}

}  // namespace ocibuild
