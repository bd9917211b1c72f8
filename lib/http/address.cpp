// Which literal addresses must not be reached on the word of a server.
#include "http/address.hpp"

#include <algorithm>
#include <span>
#include <string>

#include <arpa/inet.h>

namespace ocibuild {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> nat64_prefix = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

struct Network {
  std::uint32_t address;
  int prefix;
};

// RFC 6890 and its successors (the IANA registry of special-purpose addresses).
constexpr Network special_networks[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8}, {0xa9fe0000, 16}, {0xac100000, 12},
    {0xc0000000, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xe0000000, 4}, {0xf0000000, 4},
};

/// The IPv4 address inside, mapped or translated.
std::optional<std::uint32_t> inner_ipv4(const Address& address) {
  const std::span prefix = std::span{address}.first(12);
  if (!std::ranges::equal(prefix, mapped_prefix) && !std::ranges::equal(prefix, nat64_prefix)) return {};
  std::uint32_t number = 0;
  for (std::size_t i = 12; i < address.size(); ++i) number = number << 8 | address[i];
  return number;
}

bool is_ipv6_unspecified_or_loopback(const Address& address) {
  return std::ranges::all_of(std::span{address}.first(15), [](std::uint8_t byte) { return byte == 0; }) &&
         address[15] <= 1;
}

}  // namespace

std::optional<Address> literal_address(std::string_view host) {
  const std::string text{host};
  Address address{};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  in_addr ipv4{};
  if (::inet_aton(text.c_str(), &ipv4) == 0) return {};
  std::ranges::copy(mapped_prefix, address.begin());
  const std::uint32_t number = ntohl(ipv4.s_addr);
  for (std::size_t i = 0; i < 4; ++i) address[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return address;
}

bool is_loopback(const Address& address) noexcept {
  if (const auto ipv4 = inner_ipv4(address)) return *ipv4 >> 24 == 127;
  return is_ipv6_unspecified_or_loopback(address) && address[15] == 1;
}

bool is_private(const Address& address) noexcept {
  if (const auto ipv4 = inner_ipv4(address)) {
    return std::ranges::any_of(special_networks, [&](const Network& network) {
      return (*ipv4 ^ network.address) >> (32 - network.prefix) == 0;
    });
  }
  const bool unique_local = (address[0] & 0xfe) == 0xfc;
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
  const bool site_local = address[0] == 0xfe && (address[1] & 0xc0) == 0xc0;
  const bool multicast = address[0] == 0xff;
  return is_ipv6_unspecified_or_loopback(address) || unique_local || link_local || site_local || multicast;
}

}  // namespace ocibuild
