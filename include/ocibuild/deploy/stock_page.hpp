// Telling a web server that stands in for a service from the service itself.
#pragma once

#include <string_view>

namespace ocibuild {

/// What a stock `nginx` image, deployed until the real image is there, answers by itself.
enum class StockPage {
  none,          ///< something else answered
  welcome_page,  ///< the page of a freshly installed nginx: what it has at `/`
  missing_page,  ///< nginx's built-in page for a path that it has no file for: what it has at `/health`
};

/// Judges an answer by the words of its page, whatever server it names: a real service may be behind an nginx, and
/// then `Server: nginx` is in its answers too. nginx's pages for 502, 503 and 504 are no placeholder: they say that an
/// nginx passes requests on to a service which is not there yet.
///
/// An ingress controller made of nginx answers with its missing page while it has no rule for a host; that cannot be
/// told apart, and is no healthy service either.
StockPage find_stock_page(int status, std::string_view body) noexcept;

/// `nginx's welcome page`, for a message; empty for none.
std::string_view describe(StockPage page) noexcept;

}  // namespace ocibuild
