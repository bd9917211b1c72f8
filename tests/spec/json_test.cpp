// The pieces under the documents, judged by nlohmann/json and by published vectors.
#include "spec/json.hpp"

#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "spec/base64.hpp"
#include "spec/text.hpp"

using namespace ocibuild;

namespace {

bool nlohmann_takes(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

// Lead bytes and continuation bytes at the borders of every range of well-formed UTF-8.
constexpr unsigned char border_bytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                          0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};

}  // namespace

TEST_CASE("UTF-8 is recognised as nlohmann/json does, for all sequences of border bytes") {
  std::size_t different = 0;
  std::size_t good = 0;
  for (const unsigned char a : border_bytes) {
    for (const unsigned char b : border_bytes) {
      for (const unsigned char c : border_bytes) {
        for (const unsigned char d : border_bytes) {
          const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                 static_cast<char>(d)};
          const bool well_formed = find_non_utf8(text) == std::string_view::npos;
          if (well_formed != nlohmann_takes(text)) ++different;
          if (well_formed) ++good;
        }
      }
    }
  }
  CHECK(different == 0);
  CHECK(good > 100);
}

TEST_CASE("the first byte that is not UTF-8 is found") {
  CHECK(find_non_utf8("abc") == std::string_view::npos);
  CHECK(find_non_utf8("é\xff") == 2);
  CHECK(find_non_utf8("é\xe2\x82") == 2);
}

TEST_CASE("strings are written as nlohmann/json writes them") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "é€😀";
  std::string written;
  append_json_string(written, all);
  CHECK(written == nlohmann::json(all).dump());
}

TEST_CASE("values are written without white space and otherwise as they were") {
  CHECK(to_json(parse_json(R"( { "b" : [ 1 , -2.50 , 1e5, true , null ] , "a" : { } , "" : [ ] } )", 100)) ==
        R"({"b":[1,-2.50,1e5,true,null],"a":{},"":[]})");
}

TEST_CASE("base64 has the vectors of RFC 4648") {
  const struct {
    std::string_view bytes, text;
  } vectors[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"},
                 {"\xff\xfe\xfb", "//77"}};
  for (const auto& vector : vectors) {
    CAPTURE(vector.text);
    CHECK(encode_base64(vector.bytes) == vector.text);
    CHECK(decode_base64(vector.text) == vector.bytes);
  }
}

TEST_CASE("every byte string survives base64") {
  std::mt19937 random{1};
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 255);
    CHECK(decode_base64(encode_base64(bytes)) == bytes);
  }
}

TEST_CASE("base64 that has another spelling is refused") {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm-_", "=Zg=", "=",
                                      "====", "Zg==\n", "Z===", "Zm9v===="}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
}

TEST_CASE("quoted text is printable and bounded") {
  CHECK(quote("a\"b\\c\n\x7f\xe9") == R"("a\"b\\c\x0a\x7f\xe9")");
  CHECK(quote(std::string(80, 'a')).size() == 82);
  CHECK(quote(std::string(81, 'a')) == "\"" + std::string(80, 'a') + "...\"");
}
