// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/quarantine.hpp"

#include "qpkg/base/error.hpp"
#include "qpkg/base/fault.hpp"
#include "qpkg/base/files.hpp"
#include "qpkg/base/interrupt.hpp"
#include "qpkg/base/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace qpkg::app {
namespace {

constexpr std::size_t piece_size = 1024 * 1024;

/// Reads a file, a pipe or a socket that belongs to a stranger, and counts.
class Source {
public:
    Source(int fd, std::chrono::seconds silence) : fd_(fd), silence_(silence) {}

    std::uint64_t received() const { return received_; }

    /// Some bytes, none at the end.
    std::size_t read_some(std::span<std::uint8_t> buffer)
    {
        for (const auto until = std::chrono::steady_clock::now() + silence_;;) {
            interrupt::throw_if_requested();
            if (!is_readable(until)) {
                continue;
            }
            const auto got = ::read(fd_, buffer.data(), buffer.size());
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
                continue;
            }
            if (got < 0) {
                throw errno == EISDIR ? Error(Code::corrupt, "a directory, expected a bundle")
                                      : system_error("read the bundle", errno);
            }
            received_ += static_cast<std::uint64_t>(got);
            return static_cast<std::size_t>(got);
        }
    }

    /// Exactly as many; Error failed when it ends before.
    void fill(std::span<std::uint8_t> buffer)
    {
        const auto expected = received_ + buffer.size();
        while (!buffer.empty()) {
            const auto got = read_some(buffer);
            if (got == 0) {
                throw cut_off(received_, expected);
            }
            buffer = buffer.subspan(got);
        }
    }

private:
    bool is_readable(std::chrono::steady_clock::time_point until) const
    {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        if (left <= 0) {
            throw Error(Code::failed, "the sender was silent for " + std::to_string(silence_.count()) + " seconds",
                        "nothing has changed; send the bundle again");
        }
        struct pollfd wait {
            fd_, POLLIN, 0
        };
        const auto ready = ::poll(&wait, 1, static_cast<int>(std::min<long>(left, 1000)));
        if (ready < 0 && errno != EINTR) {
            throw system_error("wait for the bundle", errno);
        }
        return ready > 0;
    }

    int fd_;
    std::chrono::seconds silence_;
    std::uint64_t received_ = 0;
};

/// The table, with no more memory than what came.
std::string read_table(Source& source, const bundle::Header& header, std::span<std::uint8_t> buffer)
{
    std::string table;
    while (table.size() < header.table_length()) {
        const auto piece = buffer.first(std::min<std::uint64_t>(buffer.size(), header.table_length() - table.size()));
        source.fill(piece);
        table += as_text(piece);
    }
    return table;
}

void require_space(const std::filesystem::path& where, std::uint64_t needed)
{
    const auto free = files::free_space(where);
    if (needed > free) {
        throw Error(Code::no_space,
                    "not enough space in " + where.string() + ": " + text::human_size(needed) + " needed, " +
                        text::human_size(free) + " free",
                    "free " + text::human_size(needed - free) + ", for example with `qpkg gc --keep 0`");
    }
}

std::uint64_t object_bytes(const std::vector<bundle::Section>& sections)
{
    std::uint64_t bytes = 0;
    for (const auto& section : sections) {
        bytes += section.type >= bundle::SectionType::commit ? section.length : 0;
    }
    return bytes;
}

void copy_section(Source& source, int target, std::size_t index, const bundle::Section& section,
                  std::span<std::uint8_t> buffer)
{
    Sha256 hash;
    for (auto left = section.length; left > 0;) {
        const auto piece = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
        source.fill(piece);
        hash.update(piece);
        files::write_all(target, piece);
        left -= piece.size();
    }
    const auto found = hash.finish();
    if (found != section.sha256) {
        throw Error(Code::corrupt,
                    "damaged in transfer: " + bundle::describe(index, section) + ": its sha256 is " + found.hex() +
                        ", expected " + section.sha256.hex(),
                    "nothing has changed; copy the bundle again");
    }
}

} // namespace

Quarantine::Quarantine(const std::filesystem::path& root, int source) : path_(root / "quarantine")
{
    struct stat from {};
    struct stat left {};
    if (::fstat(source, &from) == 0 && ::lstat(path_.c_str(), &left) == 0 && from.st_dev == left.st_dev &&
        from.st_ino == left.st_ino) {
        throw Error(Code::conflict,
                    "import " + path_.string() + ": this is where bundles are received, and it is emptied before",
                    "move the file to another place first");
    }
    std::filesystem::remove(path_);
}

Quarantine::~Quarantine()
{
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

BundleFile Quarantine::receive(int fd, Patience patience, Progress& progress)
{
    Source source(fd, patience.silence);
    std::vector<std::uint8_t> buffer(piece_size);
    const auto front = std::span(buffer).first(bundle::header_size);
    source.fill(front);
    const auto header = bundle::parse_header(front);
    require_space(path_.parent_path(), header.length);
    auto target = files::open(path_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    files::write_all(target.get(), front);
    const auto table = read_table(source, header, buffer);
    files::write_all(target.get(), table);
    auto sections = bundle::parse_table(header, as_bytes(table));
    require_space(path_.parent_path(), header.length + object_bytes(sections));
    progress.begin("receive", "bundle", header.length);
    for (std::size_t i = 0; i < sections.size(); ++i) {
        copy_section(source, target.get(), i, sections[i], buffer);
        progress.advance(sections[i].length);
    }
    if (source.read_some(std::span(buffer).first(1)) != 0) {
        throw Error(Code::no_space,
                    "the sender sends more than the " + std::to_string(header.length) + " bytes announced");
    }
    progress.end(text::human_size(header.length));
    fault_point("bundle.received");
    return {std::move(target), std::move(sections)};
}

} // namespace qpkg::app
