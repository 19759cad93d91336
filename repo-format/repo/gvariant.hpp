// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The part of the GVariant serialisation that OSTree objects use (GVariant specification, sections 2.5 and 2.6).
/// Readers never look outside the bytes they were given; malformed input is Error corrupt. A reader accepts more than
/// the normal form: parsers of whole objects encode what they read again and compare.
namespace qpkg::gvariant {

using Bytes = std::span<const std::uint8_t>;

/// Members of a tuple, in order. `variable_members` counts those of variable size, a last one included.
class TupleReader {
public:
    TupleReader(Bytes bytes, std::size_t variable_members, bool last_is_variable);

    Bytes fixed(std::size_t size, std::size_t alignment);
    Bytes variable(std::size_t alignment);
    /// The last member, when it is of variable size: everything up to the framing.
    Bytes last(std::size_t alignment);

    std::uint32_t big_endian_32();
    std::uint64_t big_endian_64();
    std::string string();
    Bytes byte_array() { return variable(1); }

private:
    void align(std::size_t alignment);

    Bytes bytes_;
    std::size_t offset_size_;
    std::size_t body_end_;
    std::size_t position_ = 0;
    std::size_t frames_read_ = 0;
    std::size_t frames_;
};

/// The elements of an array whose elements are of variable size, at most `limit` of them.
std::vector<Bytes> elements(Bytes bytes, std::size_t alignment, std::size_t limit);

/// A zero-terminated UTF-8 string without zeros inside.
std::string string(Bytes bytes);

class TupleWriter {
public:
    void fixed(std::string_view bytes, std::size_t alignment);
    void variable(std::string_view bytes, std::size_t alignment);
    void last(std::string_view bytes, std::size_t alignment);

    void big_endian_32(std::uint32_t value);
    void big_endian_64(std::uint64_t value);
    void string(std::string_view text);

    std::string finish();

private:
    std::string body_;
    std::vector<std::size_t> ends_;
};

class ArrayWriter {
public:
    explicit ArrayWriter(std::size_t alignment) : alignment_(alignment) {}

    void element(std::string_view bytes);
    std::string finish();

private:
    std::size_t alignment_;
    std::string body_;
    std::vector<std::size_t> ends_;
};

} // namespace qpkg::gvariant
