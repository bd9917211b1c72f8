// Telling where bytes were when something is wrong with them.
#pragma once

#include <memory>
#include <string>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/descriptor.hpp"

namespace ocibuild {

/// Reads a blob, verified, and puts `place` in front of whatever goes wrong.
class LocatedSource final : public Source {
 public:
  LocatedSource(std::string place, std::unique_ptr<Source> from, const Descriptor& descriptor)
      : place_{std::move(place)}, verified_{std::move(from), descriptor} {}

  std::size_t read(MutableBytes into) override {
    return with_context(place_, [&] { return verified_.read(into); });
  }

 private:
  std::string place_;
  VerifyingSource verified_;
};

}  // namespace ocibuild
