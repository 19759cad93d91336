// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/made_objects.hpp"

#include "adapters/ostree/file_object.hpp"

#include "qpkg/core/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace qpkg::delta {
namespace {

using ostree::ObjectName;
using ostree::ObjectType;

constexpr std::string_view objects_prefix = "ostree/objects/";

/// The object of "ostree/objects/ab/cdef….filez", with contents as a bare-user repository names them.
std::optional<ObjectName> object_of(std::string_view path)
{
    if (!path.starts_with(objects_prefix)) {
        return std::nullopt;
    }
    path.remove_prefix(objects_prefix.size());
    const auto dot = path.find('.');
    if (dot != 65 || path[2] != '/') {
        return std::nullopt;
    }
    const auto id = Digest::from_hex(std::string(path.substr(0, 2)) + std::string(path.substr(3, dot - 3)));
    const auto type = ostree::type_of_suffix(path.substr(dot + 1));
    if (!id || !type) {
        return std::nullopt;
    }
    return ObjectName{*id, *type == ObjectType::filez ? ObjectType::file : *type};
}

template <class Take>
void read_all(int fd, Take&& take)
{
    std::array<std::uint8_t, 128 * 1024> buffer; // NOLINT: no need to clear what read() fills
    for (off_t offset = 0;;) {
        const auto got = ::pread(fd, buffer.data(), buffer.size(), offset);
        if (got < 0) {
            throw system_error("read an object of the delta", errno);
        }
        if (got == 0) {
            return;
        }
        take(std::span<const std::uint8_t>(buffer).first(static_cast<std::size_t>(got)));
        offset += got;
    }
}

/// Passes on what the rest brings, under the places of the first caller.
class Renumbered final : public FetchSink {
public:
    Renumbered(FetchSink& sink, std::vector<std::size_t> places) : sink_(sink), places_(std::move(places)) {}

    void data(std::size_t index, std::span<const std::uint8_t> bytes) override { sink_.data(places_.at(index), bytes); }
    void complete(std::size_t index) override { sink_.complete(places_.at(index)); }
    void absent(std::size_t index) override { sink_.absent(places_.at(index)); }

private:
    FetchSink& sink_;
    std::vector<std::size_t> places_;
};

} // namespace

std::optional<std::string> MadeObjects::get(const std::string& path, std::uint64_t cap)
{
    std::string bytes;
    const bool here =
        serve(path, [&](std::span<const std::uint8_t> piece) { bytes.append(piece.begin(), piece.end()); });
    return here ? std::optional(std::move(bytes)) : rest_.get(path, cap);
}

std::optional<std::string> MadeObjects::look_for(const std::string& path, std::uint64_t cap)
{
    return object_of(path) ? get(path, cap) : rest_.look_for(path, cap);
}

void MadeObjects::get_many(std::span<const FetchRequest> requests, FetchSink& sink)
{
    std::vector<FetchRequest> others;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (serve(requests[i].path, [&](std::span<const std::uint8_t> piece) { sink.data(i, piece); })) {
            sink.complete(i);
            continue;
        }
        others.push_back(requests[i]);
        places.push_back(i);
    }
    Renumbered renumbered(sink, std::move(places));
    rest_.get_many(others, renumbered);
}

bool MadeObjects::serve(const std::string& path, const Output& output)
{
    const auto object = object_of(path);
    const auto fd = object ? objects_.open_if_there(object->id, object->type) : Fd();
    if (!fd) {
        return false;
    }
    const auto counted = [&](std::span<const std::uint8_t> bytes) {
        made_ += bytes.size();
        output(bytes);
    };
    if (object->type == ObjectType::file) {
        serve_content(fd.get(), counted);
    } else {
        read_all(fd.get(), counted);
    }
    return true;
}

void MadeObjects::serve_content(int fd, const Output& output)
{
    const auto header = ostree::read_header(fd);
    const bool link = S_ISLNK(header.mode);
    const auto start = ostree::with_length(encode(ostree::ArchiveHeader{link ? 0 : content_size(fd, header), header}));
    output(as_bytes(start));
    if (link) {
        return;
    }
    deflater_.restart();
    read_all(fd, [&](std::span<const std::uint8_t> bytes) { deflater_.feed(bytes, output); });
    deflater_.finish(output);
}

} // namespace qpkg::delta
