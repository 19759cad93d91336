// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/gvariant.hpp"

#include "repo-format/repo/utf8.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <limits>

namespace qpkg::gvariant {
namespace {

[[noreturn]] void malformed(std::string_view why)
{
    throw Error(Code::corrupt, "malformed GVariant: " + std::string(why));
}

/// Bytes per framing offset in a container of this size.
std::size_t offset_size_of(std::size_t container)
{
    if (container == 0) {
        return 0;
    }
    if (container <= std::numeric_limits<std::uint8_t>::max()) {
        return 1;
    }
    if (container <= std::numeric_limits<std::uint16_t>::max()) {
        return 2;
    }
    return container <= std::numeric_limits<std::uint32_t>::max() ? 4 : 8;
}

std::size_t offset_size_for(std::size_t body, std::size_t offsets)
{
    for (const std::size_t size : {1U, 2U, 4U}) {
        const auto total = body + offsets * size;
        if (offset_size_of(total) <= size) {
            return size;
        }
    }
    return 8;
}

std::size_t little_endian(Bytes bytes)
{
    std::size_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

void append_little_endian(std::string& out, std::size_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i) {
        out += static_cast<char>(value >> (8 * i) & 0xff);
    }
}

std::size_t aligned(std::size_t position, std::size_t alignment)
{
    return (position + alignment - 1) / alignment * alignment;
}

void append_big_endian(std::string& out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = size; i > 0; --i) {
        out += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
    }
}

std::uint64_t big_endian(Bytes bytes)
{
    std::uint64_t value = 0;
    for (const auto byte : bytes) {
        value = value << 8 | byte;
    }
    return value;
}

} // namespace

TupleReader::TupleReader(Bytes bytes, std::size_t variable_members, bool last_is_variable)
    : bytes_(bytes), offset_size_(offset_size_of(bytes.size())), body_end_(0),
      frames_(variable_members - (last_is_variable ? 1 : 0))
{
    if (bytes.size() < frames_ * offset_size_ || bytes.empty()) {
        malformed("tuple too short");
    }
    body_end_ = bytes.size() - frames_ * offset_size_;
}

void TupleReader::align(std::size_t alignment)
{
    position_ = aligned(position_, alignment);
    if (position_ > body_end_) {
        malformed("tuple member outside the tuple");
    }
}

Bytes TupleReader::fixed(std::size_t size, std::size_t alignment)
{
    align(alignment);
    if (body_end_ - position_ < size) {
        malformed("tuple member outside the tuple");
    }
    const auto member = bytes_.subspan(position_, size);
    position_ += size;
    return member;
}

Bytes TupleReader::variable(std::size_t alignment)
{
    if (frames_read_ == frames_) {
        malformed("tuple with too few members");
    }
    align(alignment);
    ++frames_read_;
    const auto end = little_endian(bytes_.subspan(bytes_.size() - frames_read_ * offset_size_, offset_size_));
    if (end < position_ || end > body_end_) {
        malformed("tuple member outside the tuple");
    }
    const auto member = bytes_.subspan(position_, end - position_);
    position_ = end;
    return member;
}

Bytes TupleReader::last(std::size_t alignment)
{
    align(alignment);
    const auto member = bytes_.subspan(position_, body_end_ - position_);
    position_ = body_end_;
    return member;
}

std::uint32_t TupleReader::big_endian_32() { return static_cast<std::uint32_t>(big_endian(fixed(4, 4))); }
std::uint64_t TupleReader::big_endian_64() { return big_endian(fixed(8, 8)); }
std::string TupleReader::string() { return gvariant::string(variable(1)); }

std::vector<Bytes> elements(Bytes bytes, std::size_t alignment, std::size_t limit)
{
    if (bytes.empty()) {
        return {};
    }
    const auto offset_size = offset_size_of(bytes.size());
    const auto body_end = little_endian(bytes.subspan(bytes.size() - offset_size));
    if (body_end > bytes.size() - offset_size || (bytes.size() - body_end) % offset_size != 0) {
        malformed("array with bad framing");
    }
    const auto count = (bytes.size() - body_end) / offset_size;
    if (count > limit) {
        throw Error(Code::no_space, std::to_string(count) + " entries, " + std::to_string(limit) + " are allowed");
    }
    std::vector<Bytes> found;
    found.reserve(count);
    std::size_t position = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto end = little_endian(bytes.subspan(body_end + i * offset_size, offset_size));
        const auto start = aligned(position, alignment);
        if (start > end || end > body_end) {
            malformed("array element outside the array");
        }
        found.push_back(bytes.subspan(start, end - start));
        position = end;
    }
    return found;
}

std::string string(Bytes bytes)
{
    if (bytes.empty() || bytes.back() != 0) {
        malformed("string without its end");
    }
    std::string text(as_text(bytes.first(bytes.size() - 1)));
    if (text.find('\0') != std::string::npos || !is_utf8(text)) {
        malformed("string that is not UTF-8");
    }
    return text;
}

void TupleWriter::fixed(std::string_view bytes, std::size_t alignment)
{
    body_.resize(aligned(body_.size(), alignment));
    body_ += bytes;
}

void TupleWriter::variable(std::string_view bytes, std::size_t alignment)
{
    fixed(bytes, alignment);
    ends_.push_back(body_.size());
}

void TupleWriter::last(std::string_view bytes, std::size_t alignment) { fixed(bytes, alignment); }

void TupleWriter::big_endian_32(std::uint32_t value)
{
    body_.resize(aligned(body_.size(), 4));
    append_big_endian(body_, value, 4);
}

void TupleWriter::big_endian_64(std::uint64_t value)
{
    body_.resize(aligned(body_.size(), 8));
    append_big_endian(body_, value, 8);
}

void TupleWriter::string(std::string_view text)
{
    body_ += text;
    body_ += '\0';
    ends_.push_back(body_.size());
}

std::string TupleWriter::finish()
{
    const auto size = offset_size_for(body_.size(), ends_.size());
    for (auto end = ends_.rbegin(); end != ends_.rend(); ++end) {
        append_little_endian(body_, *end, size);
    }
    return std::move(body_);
}

void ArrayWriter::element(std::string_view bytes)
{
    body_.resize(aligned(body_.size(), alignment_));
    body_ += bytes;
    ends_.push_back(body_.size());
}

std::string ArrayWriter::finish()
{
    const auto size = offset_size_for(body_.size(), ends_.size());
    for (const auto end : ends_) {
        append_little_endian(body_, end, size);
    }
    return std::move(body_);
}

} // namespace qpkg::gvariant
