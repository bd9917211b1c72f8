// By how much an image may grow.
#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"
#include "ocibuild/build/settings.hpp"

namespace ocibuild {
namespace {

constexpr std::uint64_t max_percent = 100'000;

std::uint64_t parse_percent(std::string_view text) {
  const auto percent = whole_number<std::uint64_t>(text);
  if (percent && *percent <= max_percent) return *percent;
  throw Error{Errc::invalid_argument, fmt::format("`{}%` is no growth, as in 10% or 5MB", text)};
}

}  // namespace

Growth Growth::parse(std::string_view text) {
  if (text.ends_with('%')) return {.amount = parse_percent(text.substr(0, text.size() - 1)), .unit = Unit::percent};
  return {.amount = parse_size(text), .unit = Unit::bytes};
}

std::string Growth::string() const {
  return fmt::format("{}{}", amount, unit == Unit::percent ? "%" : "");
}

bool Growth::allows(std::uint64_t before, std::uint64_t after) const noexcept {
  if (after <= before) return true;
  const std::uint64_t more = after - before;
  if (unit == Unit::bytes) return more <= amount;
  return more <= before / 100 * amount + before % 100 * amount / 100;
}

}  // namespace ocibuild
