// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/import/quarantine.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace qpkg::app {
namespace {

constexpr std::size_t copied_at_once = 1024 * 1024;
constexpr std::string_view prefix = "quarantine-";

/// The table, with no more memory than what came.
std::string read_table(IncomingStream& source, const bundle::Header& header, std::span<std::uint8_t> buffer)
{
    std::string table;
    while (table.size() < header.table_length()) {
        const auto piece = buffer.first(std::min<std::uint64_t>(buffer.size(), header.table_length() - table.size()));
        source.fill(piece);
        table += as_text(piece);
    }
    return table;
}

/// For the bundle itself, then for the objects that it brings.
files::Room room_for(const std::vector<bundle::Section>& sections)
{
    files::Room room;
    for (const auto& section : sections) {
        const bool is_object = section.type >= bundle::SectionType::commit;
        room.bytes += is_object ? section.length : 0;
        room.files += is_object ? 1 : 0;
    }
    return room;
}

void copy_section(IncomingStream& source, int target, std::size_t index, const bundle::Section& section,
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

Quarantine::Quarantine(const std::filesystem::path& root, int source) : root_(root)
{
    struct stat from {};
    if (::fstat(source, &from) != 0) {
        throw system_error("look at what comes in", errno);
    }
    // What a killed import left, or what another is about to give its name away: neither needs the name.
    for (const auto& entry : std::filesystem::directory_iterator(root_)) {
        struct stat left {};
        if (entry.path().filename().string().starts_with(prefix) && ::lstat(entry.path().c_str(), &left) == 0 &&
            (left.st_dev != from.st_dev || left.st_ino != from.st_ino)) {
            ::unlink(entry.path().c_str());
        }
    }
}

Fd Quarantine::open_nameless() const
{
    auto name = (root_ / (std::string(prefix) + "XXXXXX")).string();
    Fd file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) {
        throw system_error("make a file for what comes in " + root_.string(), errno);
    }
    ::unlink(name.c_str());
    return file;
}

BundleFile Quarantine::receive(int fd, Patience patience, Progress& progress) const
{
    IncomingStream source(fd, patience);
    std::vector<std::uint8_t> buffer(copied_at_once);
    const auto front = std::span(buffer).first(bundle::header_size);
    source.fill(front);
    const auto header = bundle::parse_header(front);
    files::require_room(root_, {header.length, 1});
    auto target = open_nameless();
    files::write_all(target.get(), front);
    const auto table = read_table(source, header, buffer);
    files::write_all(target.get(), table);
    auto sections = bundle::parse_table(header, as_bytes(table));
    const auto objects = room_for(sections);
    files::require_room(root_, {header.length + objects.bytes, objects.files});
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
