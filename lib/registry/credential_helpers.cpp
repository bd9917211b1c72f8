// The protocol of credential helpers: `docker-credential-NAME get`, a server in, JSON out.
#include "registry/credential_helpers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "registry/credential_key.hpp"
#include "spec/json.hpp"
#include "spec/json_object.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_answer = 256 << 10;  // the largest secrets in use, tokens of clouds, have some KiB
constexpr std::string_view not_found_message = "credentials not found in native keychain";
constexpr std::string_view token_user = "<token>";  // the secret is an identity token

HelperAnswer failed(std::string failure) {
  return {.credential = {}, .failure = std::move(failure)};
}

bool is_suffix(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) + 1 - first);
}

/// Collects what is printed on standard output. Standard error may hold secrets too, and goes nowhere.
CommandOutput output_into(std::string& printed) {
  const auto take_line = [&printed](std::string_view line) {
    if (printed.size() + line.size() >= max_answer) {
      throw Error{Errc::invalid_document, fmt::format("it printed more than {} bytes", max_answer)};
    }
    printed.append(line).push_back('\n');
  };
  return {.standard_output = take_line, .standard_error = [](std::string_view) {}};
}

HelperAnswer read_answer(std::string_view text, std::string_view registry) {
  const JsonValue document = parse_json(text, max_answer);
  JsonObject members{document, {}};
  const std::string answered = members.optional_string("ServerURL");
  const std::string username = members.optional_string("Username");
  const std::string secret = members.optional_string("Secret");
  if (!answered.empty() && !fit_key(answered, registry, {})) return failed("its answer is for another registry");
  if (username.empty() && secret.empty()) return {};
  if (username.empty() || secret.empty()) return failed("its answer has only one of Username and Secret");
  if (username == token_user) return {.credential = Credential{.identity_token = secret}, .failure = {}};
  return {.credential = Credential{.username = username, .password = secret}, .failure = {}};
}

}  // namespace

HelperAnswer CredentialHelpers::ask(const HelperCall& call, const std::function<void(const std::string&)>& on_failure) {
  std::packaged_task<HelperAnswer()> task{[&] {
    HelperAnswer answer = run_helper(call);
    if (!answer.failure.empty()) on_failure(answer.failure);
    return answer;
  }};
  std::unique_lock lock{mutex_};
  const auto [place, is_first] = answers_.try_emplace({call.suffix, call.server});
  if (is_first) place->second = task.get_future().share();
  const std::shared_future<HelperAnswer> answer = place->second;
  lock.unlock();
  if (is_first) task();
  return answer.get();
}

HelperAnswer CredentialHelpers::run_helper(const HelperCall& call) const {
  if (!is_suffix(call.suffix)) return failed("a helper's name consists of letters, digits and . _ -");
  std::string printed;
  try {
    const ExitStatus status = run_({.argv = {"docker-credential-" + call.suffix, "get"},
                                    .removed_environment = {"OCIBUILD_PASSWORD"},
                                    .input = call.server,
                                    .timeout = timeout_},
                                   output_into(printed));
    if (!status.ok() && trimmed(printed) == not_found_message) return {};
    if (!status.ok()) return failed(fmt::format("it ended with exit code {}", status.code));
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return failed("there is no such program");
    if (error.code() == Errc::unavailable) return failed(fmt::format("it took longer than {} ms", timeout_.count()));
    return failed(error.what());
  }
  try {
    return read_answer(printed, call.registry);
  } catch (const Error&) {
    return failed("its answer is not the JSON that helpers write");  // the parser's own words may quote the secret
  }
}

}  // namespace ocibuild
