// The revision of a workspace, in git's own words.
#include "ocibuild/build/revision.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

struct Answer {
  bool ok = false;
  std::string output;  ///< lines, joined by \n, without the last end of line
  std::string reason;  ///< first line of standard error
};

class Git {
 public:
  Git(const RunCommand& run, const std::filesystem::path& directory) : run_{run}, directory_{directory} {}

  Answer ask(std::vector<std::string> arguments) const {
    Command command{.argv = {"git", "-C", directory_.string()},
                    .environment = {{"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    Answer answer;
    const CommandOutput output{
        .standard_output =
            [&](std::string_view line) {
              if (!answer.output.empty()) answer.output += '\n';
              answer.output += line;
            },
        .standard_error =
            [&](std::string_view line) {
              if (answer.reason.empty()) answer.reason = line;
            },
    };
    answer.ok = run_(command, output).ok();
    return answer;
  }

 private:
  const RunCommand& run_;
  const std::filesystem::path& directory_;
};

/// What stands in the way when there is no commit; nothing when the answer is simply that there is none.
std::vector<std::string> explain(const Answer& answer, const std::filesystem::path& directory) {
  if (answer.reason.find("dubious ownership") != std::string::npos) {
    return {
        fmt::format("git does not trust {} (it belongs to another user), so the image has no revision; "
                    "`git config --global --add safe.directory {}` changes that",
                    directory.string(), directory.string())};
  }
  const bool no_repository = answer.reason.find("not a git repository") != std::string::npos;
  if (no_repository || answer.reason.empty()) return {};
  return {fmt::format("git knows no revision of {}: {}", directory.string(), answer.reason)};
}

std::int64_t seconds(std::string_view text) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && rest == end ? value : 0;
}

RevisionAnswer ask_git(const Git& git, const std::filesystem::path& directory) {
  const auto commit = git.ask({"log", "-1", "--no-show-signature", "--format=%H %ct"});
  if (!commit.ok) return {.revision = std::nullopt, .notes = explain(commit, directory)};
  const auto space = commit.output.find(' ');
  if (space == std::string::npos) return {};
  Revision revision{
      .commit = commit.output.substr(0, space),
      .commit_time = seconds(std::string_view{commit.output}.substr(space + 1)),
  };
  // --short would say heads/main where a tag is called main as well.
  constexpr std::string_view heads = "refs/heads/";
  const auto branch = git.ask({"symbolic-ref", "--quiet", "HEAD"});
  if (branch.ok && branch.output.starts_with(heads)) revision.branch = branch.output.substr(heads.size());
  if (const auto tag = git.ask({"describe", "--tags", "--exact-match", "HEAD"}); tag.ok) revision.tag = tag.output;
  if (const auto url = git.ask({"config", "--get", "remote.origin.url"}); url.ok) {
    revision.source_url = web_address(url.output);
  }
  const auto changes = git.ask({"status", "--porcelain", "--untracked-files=no", "--ignore-submodules=none"});
  if (!changes.ok || !changes.output.empty()) revision.work_tree = WorkTree::changed;
  return {.revision = std::move(revision), .notes = {}};
}

/// What an image says of itself becomes an argument of git only when it is this and nothing else.
bool is_object_name(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, is_lower_hex);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
                              std::string_view::npos;
}

/// A path that needs no quoting in a web address; what remote helpers take after `::` is none.
bool is_path(std::string_view text) {
  constexpr auto plain = [](unsigned char letter) {
    return letter > ' ' && letter < 0x7f && letter != '"' && letter != '\\';
  };
  return !text.empty() && !text.starts_with(':') && std::ranges::all_of(text, plain);
}

/// Only the port of https is one of a web server.
enum class Port { keep, drop };

std::string compose(std::string_view authority, std::string_view path, Port port_use) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const auto colon = authority.find(':');
  const auto host = authority.substr(0, colon);
  const auto port = colon == std::string_view::npos || port_use == Port::drop ? "" : authority.substr(colon);
  path = path.substr(0, path.find_first_of("?#"));
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  if (!is_host(host) || !is_path(path)) return {};
  return fmt::format("https://{}{}/{}", host, port, path);
}

}  // namespace

RevisionAnswer read_revision(const RunCommand& run, const std::filesystem::path& directory) {
  try {
    return ask_git(Git{run, directory}, directory);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    return {.revision = std::nullopt, .notes = {"git is not installed, so the image has no revision"}};
  }
}

std::optional<bool> comes_after(const RunCommand& run, const std::filesystem::path& directory, std::string_view newer,
                                std::string_view older) {
  const Git git{run, directory};
  try {
    const auto is_known = [&](std::string_view commit) {
      return is_object_name(commit) && git.ask({"cat-file", "-e", fmt::format("{}^{{commit}}", commit)}).ok;
    };
    if (!is_known(newer) || !is_known(older)) return std::nullopt;
    return newer != older && git.ask({"merge-base", "--is-ancestor", std::string{older}, std::string{newer}}).ok;
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    return std::nullopt;  // no git
  }
}

std::string web_address(std::string_view remote_url) {
  const auto scheme_end = remote_url.find("://");
  if (scheme_end ==
      std::string_view::npos) {  // scp's form: user@host:path, where a slash before the colon means a file
    const auto colon = remote_url.find(':');
    if (colon == std::string_view::npos || remote_url.substr(0, colon).find('/') != std::string_view::npos) return {};
    return compose(remote_url.substr(0, colon), remote_url.substr(colon + 1), Port::drop);
  }
  const auto scheme = remote_url.substr(0, scheme_end);
  const auto rest = remote_url.substr(scheme_end + 3);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  const bool web = scheme == "https" || scheme == "http";
  if (!web && scheme != "ssh" && scheme != "git" && scheme != "git+ssh") return {};
  return compose(rest.substr(0, slash), rest.substr(slash), scheme == "https" ? Port::keep : Port::drop);
}

}  // namespace ocibuild
