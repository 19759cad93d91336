// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/commit_index.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace qpkg::ostree {
namespace {

constexpr std::string_view magic = "QPKGIDX2";
constexpr std::size_t header_size = 16;
constexpr std::size_t entry_size = 56;
constexpr std::size_t size_at = 32;
constexpr std::size_t first_leaf_at = 40;
constexpr std::size_t mode_at = 48;
constexpr std::size_t kind_at = 50;

std::uint64_t number(std::span<const std::uint8_t> bytes)
{
    std::uint64_t value = 0;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
        value = value << 8 | *byte;
    }
    return value;
}

void append(std::string& out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i) {
        out += static_cast<char>(value >> (8 * i) & 0xff);
    }
}

/// Where leaves begin after so many entries: on a block, as only whole blocks can be shared.
std::uint64_t leaves_after(std::uint64_t entries)
{
    return (header_size + entries * entry_size + leaf_block - 1) / leaf_block * leaf_block;
}

/// A volume has these objects last: their tail does not fit beside an inode.
bool ends_in_padded_block(const ObjectFacts& object)
{
    constexpr std::size_t longest_inline_tail = leaf_block - 64;
    return object.size % leaf_block > longest_inline_tail;
}

} // namespace

std::optional<CommitIndex> CommitIndex::open(const std::filesystem::path& path)
{
    return map(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

std::optional<CommitIndex> CommitIndex::map(const Fd& fd)
{
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || info.st_size < static_cast<off_t>(header_size + Digest::size)) {
        return std::nullopt;
    }
    const auto length = static_cast<std::size_t>(info.st_size);
    void* const mapped = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd.get(), 0);
    if (mapped == MAP_FAILED) {
        return std::nullopt;
    }
    CommitIndex index(static_cast<const std::uint8_t*>(mapped), length);
    if (!index.is_sound()) {
        return std::nullopt;
    }
    return index;
}

bool CommitIndex::is_sound()
{
    const auto body = bytes().first(length_ - Digest::size);
    if (as_text(body.first(magic.size())) != magic ||
        sha256(body).bytes_string() != as_text(bytes().last(Digest::size))) {
        return false;
    }
    const auto count = number(body.subspan(8, 8));
    if (count > (body.size() - header_size) / entry_size) {
        return false;
    }
    count_ = static_cast<std::uint32_t>(count);
    if (leaves_at() > body.size()) {
        return false;
    }
    const auto leaf_bytes = leaves_size();
    for (std::uint32_t i = 0; i < count_; ++i) {
        const auto leaves = kind(i) == NodeKind::file ? content_size(i) / leaf_block : 0;
        const auto first = number(entry(i).subspan(first_leaf_at, 8));
        if (first > leaf_bytes / Digest::size || leaves > leaf_bytes / Digest::size - first) {
            return false;
        }
    }
    return true;
}

CommitIndex::CommitIndex(CommitIndex&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), length_(other.length_), count_(other.count_)
{
}

CommitIndex& CommitIndex::operator=(CommitIndex&& other) noexcept
{
    std::swap(data_, other.data_);
    std::swap(length_, other.length_);
    std::swap(count_, other.count_);
    return *this;
}

CommitIndex::~CommitIndex()
{
    if (data_ != nullptr) {
        ::munmap(const_cast<std::uint8_t*>(data_), length_);
    }
}

namespace {

std::string encode(std::vector<ObjectFacts> objects)
{
    std::stable_partition(objects.begin(), objects.end(),
                          [](const auto& object) { return !ends_in_padded_block(object); });
    std::vector<std::pair<const ObjectFacts*, std::uint64_t>> entries;
    std::uint64_t first_leaf = 0;
    for (const auto& object : objects) {
        entries.emplace_back(&object, first_leaf);
        first_leaf += object.leaves.size() / Digest::size;
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first->id < b.first->id; });
    std::string out(magic);
    append(out, objects.size(), 8);
    for (const auto& [object, first] : entries) {
        out += object->id.bytes_string();
        append(out, object->size, 8);
        append(out, first, 8);
        append(out, object->mode, 2);
        append(out, static_cast<std::uint64_t>(object->kind), 1);
        append(out, 0, 5);
    }
    out.resize(leaves_after(objects.size()));
    for (const auto& object : objects) {
        out += object.leaves;
    }
    out += sha256(std::string_view(out)).bytes_string();
    return out;
}

} // namespace

void CommitIndex::write(const std::filesystem::path& path, std::vector<ObjectFacts> objects)
{
    files::write(path, encode(std::move(objects)));
}

CommitIndex CommitIndex::of(std::vector<ObjectFacts> objects)
{
    const Fd file(::memfd_create("qpkg-index", MFD_CLOEXEC));
    if (!file) {
        throw system_error("make a file in memory", errno);
    }
    files::write_all(file.get(), encode(std::move(objects)));
    auto index = map(file);
    if (!index) {
        throw Error(Code::bug, "an index that was just made cannot be read");
    }
    return *std::move(index);
}

std::uint64_t CommitIndex::leaves_at() const { return leaves_after(count_); }
std::uint64_t CommitIndex::leaves_size() const { return length_ - Digest::size - leaves_at(); }

std::span<const std::uint8_t> CommitIndex::entry(std::uint32_t position) const
{
    return bytes().subspan(header_size + position * entry_size, entry_size);
}

Digest CommitIndex::id(std::uint32_t position) const
{
    return *Digest::from_bytes(entry(position).first(Digest::size));
}

std::uint64_t CommitIndex::content_size(std::uint32_t position) const
{
    return number(entry(position).subspan(size_at, 8));
}

NodeKind CommitIndex::kind(std::uint32_t position) const { return static_cast<NodeKind>(entry(position)[kind_at]); }

std::uint16_t CommitIndex::mode(std::uint32_t position) const
{
    return static_cast<std::uint16_t>(number(entry(position).subspan(mode_at, 2)));
}

std::span<const std::uint8_t> CommitIndex::leaves(std::uint32_t position) const
{
    if (kind(position) != NodeKind::file) {
        return {};
    }
    const auto first = number(entry(position).subspan(first_leaf_at, 8));
    return bytes().subspan(leaves_at() + first * Digest::size, content_size(position) / leaf_block * Digest::size);
}

std::optional<std::uint32_t> CommitIndex::find(const Digest& wanted) const
{
    std::uint32_t low = 0;
    for (auto high = count_; low < high;) {
        const auto middle = low + (high - low) / 2;
        if (id(middle) < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count_ && id(low) == wanted ? std::optional(low) : std::nullopt;
}

ObjectFacts CommitIndex::facts(std::uint32_t position) const
{
    return {.id = id(position),
            .size = content_size(position),
            .kind = kind(position),
            .mode = mode(position),
            .leaves = std::string(as_text(leaves(position)))};
}

} // namespace qpkg::ostree
