// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why images are read here at all. A volume is made of objects, and when these are lost, it is the last copy of them.
// To mount it was not taken: that needs the kernel's EROFS, root, and a place to mount, and `restore` runs where none
// of these can be counted on. The format is our own and small; what of EROFS it leaves out is refused.
#include "adapters/erofs/unpack.hpp"

#include "adapters/erofs/layout.hpp"
#include "adapters/erofs/little_endian.hpp"
#include "adapters/erofs/placement.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace qpkg::erofs {
namespace {

constexpr std::size_t root_inode_at = super_offset + 14;
constexpr std::size_t entry_length = 12;
constexpr std::uint64_t largest_directory = std::uint64_t{64} << 20U;
constexpr int deepest = 256;

Error malformed(std::string_view what) { return {Code::corrupt, "the image is malformed: " + std::string(what)}; }

struct StoredNode {
    mode_t mode;
    DataLayout layout;
    std::uint64_t size;
    std::uint64_t blocks_at; ///< byte of the first whole block
    std::uint64_t tail_at;   ///< byte of what stands behind the inode
    std::int64_t time;       ///< seconds since 1970
    bool has_more_names;
};

class Unpacking {
public:
    explicit Unpacking(int image) : image_(image) {}

    void run(const std::filesystem::path& directory)
    {
        top_ = files::open(directory, O_RDONLY | O_DIRECTORY);
        const auto root = node(field(root_inode_at, 2));
        fill({top_.get(), {}, 0}, root);
        set_mode(top_.get(), root);
    }

private:
    std::string bytes(std::uint64_t at, std::size_t size) const
    {
        std::string found;
        read_into(found, image_, at, size);
        return found;
    }

    std::uint64_t field(std::uint64_t at, std::size_t size) const { return number(as_bytes(bytes(at, size))); }

    StoredNode node(std::uint64_t nid) const
    {
        const auto at = nid * slot_size;
        const auto format = field(at, 2);
        const auto layout = static_cast<DataLayout>(format >> 1U & 7U);
        if ((format & 1U) == 0) {
            throw malformed("an inode without a time");
        }
        if (layout != DataLayout::plain && layout != DataLayout::inline_tail) {
            throw malformed("a data layout that this format does not have");
        }
        return {.mode = static_cast<mode_t>(field(at + 4, 2)),
                .layout = layout,
                .size = field(at + 8, 8),
                .blocks_at = field(at + 16, 4) * block_size,
                .tail_at = at + inode_size,
                .time = static_cast<std::int64_t>(field(at + 32, 8)),
                .has_more_names = field(at + 44, 4) > 1};
    }

    /// All of a directory's entries, or a link's target.
    std::string content(const StoredNode& node) const
    {
        if (node.size > largest_directory) {
            throw malformed("a directory or link that is too large");
        }
        const auto whole = node.layout == DataLayout::plain ? node.size : full_blocks(node.size) * block_size;
        auto found = bytes(node.blocks_at, whole);
        found += bytes(node.tail_at, node.size - whole);
        return found;
    }

    /// A directory that is filled.
    struct Place {
        int fd;
        std::string path; ///< below the top: empty or "usr/bin/"
        int depth;
    };

    void fill(const Place& place, const StoredNode& node)
    {
        if (place.depth > deepest) {
            throw malformed("directories without end");
        }
        const auto all = content(node);
        for (std::size_t at = 0; at < all.size(); at += block_size) {
            fill_from_block(place, std::string_view(all).substr(at, block_size));
        }
    }

    /// Entries with the places of their names, then the names; the first tells how many there are.
    void fill_from_block(const Place& place, std::string_view block)
    {
        const auto entries = as_bytes(block);
        const auto names_at = [&](std::size_t index) {
            if ((index + 1) * entry_length > block.size()) {
                throw malformed("a directory that is cut off");
            }
            return number(entries.subspan(index * entry_length + 8, 2));
        };
        const auto count = names_at(0) / entry_length;
        for (std::size_t i = 0; i < count; ++i) {
            const auto begin = names_at(i);
            const auto end = i + 1 < count ? names_at(i + 1) : block.size();
            if (begin >= end || end > block.size()) {
                throw malformed("a name that is not there");
            }
            auto name = std::string(block.substr(begin, end - begin));
            name.resize(name.find('\0') == std::string::npos ? name.size() : name.find('\0')); // padding of a block
            if (name != "." && name != "..") {
                make(place, name, number(entries.subspan(i * entry_length, 8)));
            }
        }
    }

    void make(const Place& place, const std::string& name, std::uint64_t nid)
    {
        interrupt::throw_if_requested();
        if (name.empty() || name.find('/') != std::string::npos) {
            throw malformed("a name that leads elsewhere");
        }
        const auto found = node(nid);
        if (S_ISDIR(found.mode)) {
            require(::mkdirat(place.fd, name.c_str(), 0700), name);
            const Fd inner(::openat(place.fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            require(inner.get(), name);
            fill({inner.get(), place.path + name + '/', place.depth + 1}, found);
            set_mode(inner.get(), found);
            return;
        }
        if (const auto first = first_names_.find(nid); first != first_names_.end()) {
            return require(::linkat(top_.get(), first->second.c_str(), place.fd, name.c_str(), 0), name);
        }
        if (found.has_more_names) {
            first_names_.emplace(nid, place.path + name);
        }
        if (S_ISLNK(found.mode)) {
            require(::symlinkat(content(found).c_str(), place.fd, name.c_str()), name);
        } else if (S_ISREG(found.mode)) {
            const Fd file(::openat(place.fd, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
            require(file.get(), name);
            copy(found, file.get());
            set_mode(file.get(), found);
        } else {
            throw malformed("what is neither file, directory nor link");
        }
        const timespec time{found.time, 0};
        const std::array<timespec, 2> times{time, time};
        require(::utimensat(place.fd, name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW), name);
    }

    void copy(const StoredNode& node, int target) const
    {
        const auto whole = full_blocks(node.size) * block_size;
        Placer placer(target);
        if (::ftruncate(target, static_cast<off_t>(node.size)) != 0) {
            throw system_error("resize a file", errno);
        }
        if (whole > 0) {
            placer.place(image_, node.blocks_at, whole, 0);
        }
        const auto rest_at = node.layout == DataLayout::plain ? node.blocks_at + whole : node.tail_at;
        placer.write(bytes(rest_at, node.size - whole), whole);
    }

    static void set_mode(int file, const StoredNode& node)
    {
        if (::fchmod(file, node.mode & 07777U) != 0) {
            throw system_error("set a mode", errno);
        }
    }

    static void require(int result, const std::string& name)
    {
        if (result < 0) {
            throw system_error("make " + name, errno);
        }
    }

    int image_;
    Fd top_;
    std::unordered_map<std::uint64_t, std::string> first_names_; ///< of files that have more, by inode
};

} // namespace

void unpack(int image, const std::filesystem::path& directory) { Unpacking(image).run(directory); }

} // namespace qpkg::erofs
