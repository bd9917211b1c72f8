// The small tree of a scratch image.
#include <memory>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/build/files.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_certificates = 16 << 20;  // Mozilla's whole list is 220 KB

FileEntry text_file(std::string path, std::string content) {
  return {.path = std::move(path), .content = std::make_shared<const std::string>(std::move(content)), .mode = 0644};
}

FileEntry directory(std::string path, std::uint32_t mode, const User& owner) {
  return {.path = std::move(path), .kind = EntryKind::directory, .mode = mode, .uid = owner.uid, .gid = owner.gid};
}

}  // namespace

// Read whole, so that a file that is not what it claims is found before anything is built.
FileEntry certificates_entry(const std::filesystem::path& path) {
  std::string pem = with_context("ca-certificates", [&] { return read_file(path, max_certificates); });
  if (pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    throw Error{Errc::invalid_document, fmt::format("ca-certificates: {} holds no PEM certificate", path.string())};
  }
  return text_file("etc/ssl/certs/ca-certificates.crt", std::move(pem));
}

std::vector<FileEntry> rootfs_entries(const User& user, const std::optional<std::filesystem::path>& ca_certificates) {
  constexpr User root{.uid = 0, .gid = 0};
  std::string passwd = "root:x:0:0:root:/root:/sbin/nologin\n";
  std::string group = "root:x:0:\n";
  std::vector<FileEntry> entries;
  if (user.uid != 0) {
    passwd += fmt::format("nonroot:x:{}:{}:nonroot:/home/nonroot:/sbin/nologin\n", user.uid, user.gid);
    entries.push_back(directory("home/nonroot", 0700, user));
  }
  if (user.gid != 0) group += fmt::format("nonroot:x:{}:\n", user.gid);
  entries.push_back(text_file("etc/passwd", passwd));
  entries.push_back(text_file("etc/group", group));
  entries.push_back(directory("tmp", 01777, root));
  if (ca_certificates) entries.push_back(certificates_entry(*ca_certificates));
  return entries;
}

}  // namespace ocibuild
