// Reading bytes that several readers share.
#pragma once

#include <memory>
#include <string>

#include "ocibuild/base/bytes.hpp"

namespace ocibuild {

/// Reads bytes and keeps them alive.
class SharedSource final : public Source {
 public:
  explicit SharedSource(std::shared_ptr<const std::string> content)
      : content_{std::move(content)}, view_{as_bytes(*content_)} {}
  std::size_t read(MutableBytes into) override { return view_.read(into); }

 private:
  std::shared_ptr<const std::string> content_;
  ViewSource view_;
};

}  // namespace ocibuild
