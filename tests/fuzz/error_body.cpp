// The body of a refusal: whatever it is, one clean line of bounded length without secrets is shown of it, and nobody
// waits for ever or for less than nothing. The first line of an input is Retry-After.
#include "network.hpp"
#include "ocibuild/base/error.hpp"
#include "property.hpp"
#include "registry/failure.hpp"
#include "spec/text.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

constexpr std::size_t longest = 4 * 300;  // bytes: a code, a message, and what stands between them

bool is_clean(std::string_view text) {
  return find_non_utf8(text) == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
}

void check_thrown(const Failure& failure) {
  try {
    throw_failure(failure, "ghcr.io");
  } catch (const Error& error) {
    require(is_clean(error.what()), "an error is clean");
    for (const std::string& note : error.notes()) require(is_clean(note), "a note is clean");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Lines lines{bytes, size};
  Secrets secrets;
  secrets.add("the secret");
  for (const int status : {401, 403, 429, 500}) {
    HttpResponse response = answer(status, {{"Retry-After", std::string{lines.first}}}, lines.rest);
    const Failure failure = read_failure(response, std::chrono::seconds{1'700'000'000}, secrets);
    const std::string text = describe(failure);
    require(is_clean(text), "a refusal is clean");
    require(text.size() <= longest, "a refusal is short");
    require(text.find("the secret") == std::string::npos, "a refusal has no secrets");
    require(failure.asked_wait.count() >= -1, "nobody waits for less than nothing");
    check_thrown(failure);
  }
  require(wait_in_message(lines.rest).count() >= -1, "a time in a message is none or positive");
  const std::string line = clean_line(lines.rest, size);
  require(is_clean(line), "a cleaned line is clean");
  require(clean_line(line, size) == line, "a clean line stays as it is");
  return 0;
}
