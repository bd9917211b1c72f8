// What libarchive needs to leave names alone: it converts them to the locale of the thread.
#pragma once

#include <locale.h>

namespace ocibuild {

/// Bytes stay as they are: where a name cannot be converted, as here, libarchive keeps it. In a UTF-8 locale it would
/// make composed characters of others.
inline locale_t classic_locale() {
  static const locale_t locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
  return locale;
}

/// Names that say that they are UTF-8, as they do in a zip, can be read only here.
inline locale_t utf8_locale() {
  static const locale_t locale = ::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
  return locale;
}

/// A locale in this thread, until the end of the scope.
class LocaleScope {
 public:
  explicit LocaleScope(locale_t locale) : previous_{::uselocale(locale)} {}
  LocaleScope(const LocaleScope&) = delete;
  LocaleScope& operator=(const LocaleScope&) = delete;
  ~LocaleScope() { ::uselocale(previous_); }

 private:
  locale_t previous_;
};

}  // namespace ocibuild
