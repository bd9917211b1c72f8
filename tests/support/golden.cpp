// Golden files: read, compared, and rewritten when asked.
#include "support/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "support/skip.hpp"

namespace ocibuild::testing {

void check_golden(const std::string& file, const std::map<std::string, std::string>& found) {
  const std::filesystem::path path = std::filesystem::path{OCIBUILD_GOLDEN_FOLDER} / file;
  std::string text;
  for (const auto& [name, value] : found) text += name + ' ' + value + '\n';
  if (const char* accept = std::getenv("OCIBUILD_TEST_ACCEPT"); accept != nullptr && std::string{accept} == "1") {
    write_file(path, text);
    return skip(file + " was rewritten");
  }
  std::map<std::string, std::string> golden;
  std::istringstream lines{read_file(path, 1 << 20)};
  for (std::string name, value; lines >> name >> value;) golden[name] = value;
  for (const auto& entry : found) {
    CAPTURE(entry.first);
    CHECK(golden[entry.first] == entry.second);
  }
  CHECK(golden.size() == found.size());
}

}  // namespace ocibuild::testing
