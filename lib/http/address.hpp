// Literal addresses in URLs, in every notation that a resolver takes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ocibuild {

/// An address as 16 bytes; IPv4 is mapped into ::ffff:0:0/96.
using Address = std::array<std::uint8_t, 16>;

/// The address that `host` spells, or nothing when it is a name. IPv4 also as inet_aton takes it: octal and hexadecimal
/// parts, fewer than four parts.
std::optional<Address> literal_address(std::string_view host);

/// True for 127.0.0.0/8 and ::1.
bool is_loopback(const Address& address) noexcept;

/// True for addresses that are not out on the Internet: loopback, private, link-local, shared (100.64.0.0/10),
/// unspecified, multicast, reserved; also inside a NAT64 address (64:ff9b::/96).
bool is_private(const Address& address) noexcept;

}  // namespace ocibuild
