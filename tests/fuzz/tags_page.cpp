// A page of a list of tags: only tags come out, and only the registry is asked. The first line of an input is Link.
#include "network.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/registry/registry_store.hpp"
#include "property.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Lines lines{bytes, size};
  int pages = 0;
  AnsweringTransport transport{[&](const HttpRequest& request) {
    require(to_string(request.url.origin()) == "https://registry.example", "only the registry is asked");
    require(++pages <= 1000, "a list ends");
    return answer(200, {{"Link", std::string{lines.first}}}, lines.rest);
  }};
  RegistryClient client{transport, sleeping_clock(), {.retry = {.attempts = 1}}};
  try {
    for (const std::string& tag : list_tags(client, "registry.example", "a")) require(is_tag(tag), "a tag is a tag");
  } catch (const Error& error) {
    require(error.code() == Errc::unavailable || error.code() == Errc::invalid_document,
            "a list that is none is invalid, one that leads astray unavailable");
  }
  return 0;
}
