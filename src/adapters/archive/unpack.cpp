// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/archive/unpack.hpp"

#include "adapters/archive/entry_name.hpp"
#include "adapters/archive/safe_tree.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/sparse_file.hpp"
#include "qpkg/core/text.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include <memory>

namespace qpkg::archive {
namespace {

constexpr std::size_t block_size = 256 * 1024;
constexpr int most_filters = 2; // the compression, and the file below it

struct CloseArchive {
    void operator()(struct archive* reader) const { ::archive_read_free(reader); }
};
using Reader = std::unique_ptr<struct archive, CloseArchive>;

/// libarchive turns names into the locale's character set; file names are bytes, and UTF-8 keeps them.
class Utf8Names {
public:
    Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr))
    {
        if (locale_ != nullptr) {
            before_ = ::uselocale(locale_);
        }
    }
    ~Utf8Names()
    {
        if (locale_ != nullptr) {
            ::uselocale(before_);
            ::freelocale(locale_);
        }
    }
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

private:
    locale_t locale_;
    locale_t before_ = nullptr;
};

Error malformed(struct archive* reader)
{
    const auto* why = ::archive_error_string(reader);
    return {Code::corrupt, why == nullptr ? "malformed" : text::escaped(why)};
}

Reader open_reader(int fd)
{
    Reader reader(::archive_read_new());
    for (const auto support :
         {::archive_read_support_format_tar, ::archive_read_support_filter_gzip, ::archive_read_support_filter_bzip2,
          ::archive_read_support_filter_xz, ::archive_read_support_filter_zstd}) {
        support(reader.get());
    }
    if (::archive_read_open_fd(reader.get(), fd, block_size) != ARCHIVE_OK) {
        throw malformed(reader.get());
    }
    if (::archive_filter_count(reader.get()) > most_filters) {
        throw Error(Code::corrupt, "more than one layer of compression");
    }
    return reader;
}

/// One run over one archive.
class Unpacking {
public:
    Unpacking(const std::filesystem::path& directory, const UnpackLimits& limits) : tree_(directory), limits_(limits) {}

    void take(struct archive* reader, struct archive_entry* entry, Progress& progress)
    {
        const auto* raw = ::archive_entry_pathname(entry);
        const std::string shown = text::escaped(raw == nullptr ? "(no name)" : raw);
        with_context("entry \"" + shown + '"', [&] {
            if (raw == nullptr) {
                throw Error(Code::corrupt, "its name cannot be read");
            }
            if (++report_.entries > limits_.entries) {
                throw Error(Code::no_space, "more than the " + std::to_string(limits_.entries) + " entries allowed");
            }
            place(reader, entry, clean_name(raw), progress);
        });
    }

    const UnpackReport& report() const noexcept { return report_; }

private:
    void place(struct archive* reader, struct archive_entry* entry, const std::string& path, Progress& progress)
    {
        if (const auto* target = ::archive_entry_hardlink(entry)) {
            return tree_.make_hard_link(path, with_context("hard link", [&] { return clean_name(target); }));
        }
        switch (::archive_entry_filetype(entry)) {
        case AE_IFDIR:
            return tree_.make_directory(path);
        case AE_IFLNK: {
            const auto* target = ::archive_entry_symlink(entry);
            tree_.make_symlink(path, target == nullptr ? "" : target);
            return keep_time(entry, path);
        }
        case AE_IFREG:
            write_file(reader, entry, path, progress);
            return keep_time(entry, path);
        default:
            break;
        }
        if (!path.starts_with("dev/")) {
            throw Error(Code::corrupt, "it is a device, pipe or socket");
        }
        ++report_.skipped;
    }

    /// Seconds alone: a list of times has no more.
    void keep_time(struct archive_entry* entry, const std::string& path)
    {
        if (::archive_entry_mtime_is_set(entry) != 0) {
            tree_.set_time(path, ::archive_entry_mtime(entry));
        }
    }

    void write_file(struct archive* reader, struct archive_entry* entry, const std::string& path, Progress& progress)
    {
        const auto size = ::archive_entry_size(entry);
        if (path.empty() || size < 0) {
            throw Error(Code::corrupt, "a file without a name or size");
        }
        // The size that is announced counts, holes included: a sparse file may announce far more than it holds.
        if (static_cast<std::uint64_t>(size) > limits_.size - report_.size) {
            throw Error(Code::no_space,
                        "the archive unpacks to more than the " + text::human_size(limits_.size) + " allowed");
        }
        report_.size += static_cast<std::uint64_t>(size);
        const auto fd = tree_.make_file(path, (::archive_entry_perm(entry) & 0111U) != 0 ? 0755 : 0644);
        copy_data(reader, fd.get(), size);
        progress.advance(static_cast<std::uint64_t>(size));
    }

    static void copy_data(struct archive* reader, int fd, la_int64_t size)
    {
        files::SparseWriter file(fd);
        const void* data = nullptr;
        std::size_t length = 0;
        la_int64_t offset = 0;
        int result = ARCHIVE_OK;
        while ((result = ::archive_read_data_block(reader, &data, &length, &offset)) == ARCHIVE_OK) {
            interrupt::throw_if_requested();
            if (offset < 0 || offset > size || length > static_cast<std::size_t>(size - offset)) {
                throw Error(Code::corrupt, "more data than announced");
            }
            file.skip_to(static_cast<std::uint64_t>(offset));
            file.write({static_cast<const std::uint8_t*>(data), length});
        }
        if (result != ARCHIVE_EOF) {
            throw malformed(reader);
        }
        file.skip_to(static_cast<std::uint64_t>(size)); // a hole at the end
        file.finish();
    }

    SafeTree tree_;
    UnpackLimits limits_;
    UnpackReport report_;
};

} // namespace

UnpackReport unpack(const std::filesystem::path& archive, const std::filesystem::path& directory,
                    const UnpackLimits& limits, Progress& progress)
{
    return with_context("unpack " + archive.string(), [&] {
        const Utf8Names utf8;
        const auto fd = files::open(archive, O_RDONLY);
        const auto reader = open_reader(fd.get());
        Unpacking unpacking(directory, limits);
        for (;;) {
            interrupt::throw_if_requested();
            struct archive_entry* entry = nullptr;
            const int result = ::archive_read_next_header(reader.get(), &entry);
            if (result == ARCHIVE_EOF) {
                break;
            }
            if (result != ARCHIVE_OK) {
                throw malformed(reader.get());
            }
            unpacking.take(reader.get(), entry, progress);
        }
        if (unpacking.report().entries == 0) {
            throw Error(Code::corrupt, "not a tar archive, or an empty one");
        }
        return unpacking.report();
    });
}

} // namespace qpkg::archive
