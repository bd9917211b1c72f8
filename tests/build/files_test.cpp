#include "ocibuild/build/files.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::failure_of;
using testing::says;

// A workspace with one package, and something beside it that is nobody's business.
struct Tree {
  TempDir directory{fs::temp_directory_path()};
  fs::path root = directory.path() / "workspace";
  FileRoots roots{.directory = root / "engine", .border = root};

  Tree() {
    add("engine/static/index.html");
    add("engine/static/css/site.css");
    add("shared.txt");
    write_file(directory.path() / "secret", "s");
  }

  void add(const std::string& path) {
    ocibuild::create_directories((root / path).parent_path());
    write_file(root / path, path);
  }

  std::vector<FileEntry> collect(std::vector<FileRule> rules) { return collect_files(rules, roots); }
};

std::vector<std::string> paths(const std::vector<FileEntry>& entries) {
  std::vector<std::string> result;
  for (const FileEntry& entry : entries) result.push_back(entry.path);
  return result;
}

TEST_CASE("a directory is taken with everything in it, sorted") {
  Tree tree;
  const std::vector<FileEntry> entries = tree.collect({{.source = "static/", .dest = "/app/static"}});
  CHECK(paths(entries) ==
        std::vector<std::string>{"app/static", "app/static/css", "app/static/css/site.css", "app/static/index.html"});
  CHECK(entries[0].kind == EntryKind::directory);
  CHECK(entries[0].mode == 0755);
  CHECK(entries[3].source == fs::canonical(tree.root / "engine/static/index.html"));
}

TEST_CASE("a file goes to its destination, or into it when that ends in a slash") {
  Tree tree;
  CHECK(paths(tree.collect({{.source = "../shared.txt", .dest = "/etc/app.txt"}})).front() == "etc/app.txt");
  CHECK(paths(tree.collect({{.source = "../shared.txt", .dest = "/etc/"}})).front() == "etc/shared.txt");
}

TEST_CASE("modes come from the rule, else from the owner's right to execute, never from the umask") {
  Tree tree;
  tree.add("engine/run.sh");
  fs::permissions(tree.root / "engine/run.sh", fs::perms{0710});
  fs::permissions(tree.root / "shared.txt", fs::perms{0600});
  CHECK(tree.collect({{.source = "run.sh", .dest = "/run.sh"}}).front().mode == 0755);
  CHECK(tree.collect({{.source = "../shared.txt", .dest = "/s"}}).front().mode == 0644);
  CHECK(tree.collect({{.source = "run.sh", .dest = "/r", .mode = 04511}}).front().mode == 04511);
}

TEST_CASE("a source outside of the workspace is refused unless it is allowed (AT17)") {
  Tree tree;
  const Error error = failure_of([&] { return tree.collect({{.source = "../../secret", .dest = "/s"}}); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "source `../../secret` is outside of the workspace"));
  CHECK(error.help().front().find("allow-outside = true") != std::string::npos);
  CHECK(says(failure_of([&] { return tree.collect({{.source = "/etc/passwd", .dest = "/s"}}); }), "outside"));
  CHECK(tree.collect({{.source = "../../secret", .dest = "/s", .outside = OutsideWorkspace::allow}}).size() == 1);
}

TEST_CASE("a symlink out of the workspace is refused unless it is allowed (AT17)") {
  Tree tree;
  fs::create_symlink("../../../secret", tree.root / "engine/static/innocent");
  const std::vector<FileRule> inside{{.source = "static", .dest = "/s"}};
  CHECK(says(failure_of([&] { return tree.collect(inside); }), "source `static/innocent` is outside"));
  CHECK(says(failure_of([&] { return tree.collect({{.source = "static/innocent", .dest = "/s"}}); }), "outside"));
  CHECK(tree.collect({{.source = "static", .dest = "/s", .outside = OutsideWorkspace::allow}}).size() == 5);
}

TEST_CASE("a directory that is a symlink out of the workspace is refused (AT17)") {
  Tree tree;
  fs::create_directory_symlink(tree.directory.path(), tree.root / "engine/out");
  CHECK(says(failure_of([&] { return tree.collect({{.source = "out/secret", .dest = "/s"}}); }), "outside"));
}

TEST_CASE("a link to a neighbour stays a link, a link elsewhere in the workspace becomes its file") {
  Tree tree;
  fs::create_symlink("index.html", tree.root / "engine/static/a-link");
  fs::create_symlink("../../shared.txt", tree.root / "engine/static/b-copy");
  const std::vector<FileEntry> entries = tree.collect({{.source = "static", .dest = "/s"}});
  CHECK(entries[1].path == "s/a-link");
  CHECK(entries[1].kind == EntryKind::symlink);
  CHECK(entries[1].link == "index.html");
  CHECK(entries[2].kind == EntryKind::file);
  CHECK(entries[2].source == fs::canonical(tree.root / "shared.txt"));
}

TEST_CASE("links to directories elsewhere and loops are refused by name") {
  Tree tree;
  fs::create_directory_symlink("..", tree.root / "engine/static/up");
  CHECK(says(failure_of([&] { return tree.collect({{.source = "static", .dest = "/s"}}); }), "`static/up`"));
  fs::remove(tree.root / "engine/static/up");
  fs::create_symlink("loop", tree.root / "engine/static/loop");
  CHECK(says(failure_of([&] { return tree.collect({{.source = "static", .dest = "/s"}}); }), "`static/loop`"));
}

TEST_CASE("two sources for one path are refused with both names (LY06)") {
  Tree tree;
  const Error error = failure_of([&] {
    return tree.collect({{.source = "static", .dest = "/s"}, {.source = "../shared.txt", .dest = "/s/index.html"}});
  });
  CHECK(says(error, "two sources for `/s/index.html`: `static/index.html` and `../shared.txt`"));
}

TEST_CASE("two directories may be laid over each other") {
  Tree tree;
  CHECK(tree.collect({{.source = "static", .dest = "/s"}, {.source = "static/css", .dest = "/s/css/more"}}).size() ==
        6);
  CHECK(tree.collect({{.source = "static", .dest = "/"}}).size() == 3);
}

TEST_CASE("a source that is missing or neither file nor directory is refused by name (LY06)") {
  Tree tree;
  const Error missing = failure_of([&] { return tree.collect({{.source = "dist", .dest = "/s"}}); });
  CHECK(missing.code() == Errc::not_found);
  CHECK(says(missing, "source `dist` does not exist"));
  REQUIRE(::mkfifo((tree.root / "engine/pipe").c_str(), 0600) == 0);
  CHECK(says(failure_of([&] { return tree.collect({{.source = "pipe", .dest = "/s"}}); }), "`pipe` is neither"));
}

TEST_CASE("the small root file system knows root and the user, and has a world-writable tmp") {
  const std::vector<FileEntry> entries = rootfs_entries(User{.uid = 1000, .gid = 100}, std::nullopt);
  CHECK(paths(entries) == std::vector<std::string>{"home/nonroot", "etc/passwd", "etc/group", "tmp"});
  CHECK(entries[0].uid == 1000);
  CHECK(*entries[1].content ==
        "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:1000:100:nonroot:/home/nonroot:/sbin/nologin\n");
  CHECK(*entries[2].content == "root:x:0:\nnonroot:x:100:\n");
  CHECK(entries[3].mode == 01777);
  CHECK(rootfs_entries(User{.uid = 0, .gid = 0}, std::nullopt).size() == 3);
}

TEST_CASE("certificates must be PEM") {
  Tree tree;
  write_file(tree.root / "ca.pem", "# mine\n-----BEGIN CERTIFICATE-----\n");
  CHECK(rootfs_entries(User{}, tree.root / "ca.pem").back().path == "etc/ssl/certs/ca-certificates.crt");
  CHECK(says(failure_of([&] { return rootfs_entries(User{}, tree.root / "shared.txt"); }), "no PEM certificate"));
  CHECK(failure_of([&] { return rootfs_entries(User{}, tree.root / "none"); }).code() == Errc::not_found);
}

}  // namespace
}  // namespace ocibuild
