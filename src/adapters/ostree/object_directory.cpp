// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/object_directory.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/removal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>

namespace qpkg::ostree {
namespace {

namespace fs = std::filesystem;

struct TypeName {
    ObjectType type;
    std::string_view suffix;
};

constexpr std::array<TypeName, 6> type_names{{{ObjectType::commit, "commit"},
                                              {ObjectType::commitmeta, "commitmeta"},
                                              {ObjectType::dirtree, "dirtree"},
                                              {ObjectType::dirmeta, "dirmeta"},
                                              {ObjectType::file, "file"},
                                              {ObjectType::filez, "filez"}}};

void make_directory(const fs::path& path)
{
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
        throw system_error("make the directory " + path.string(), errno);
    }
}

/// Nothing when it is not there: then no object is.
Fd open_objects(const fs::path& directory)
{
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno != ENOENT) {
        throw system_error("open " + directory.string(), errno);
    }
    return fd;
}

/// "cdef….file" in the directory "ab" as an object's name.
std::optional<ObjectName> name_of(std::string_view first_two, std::string_view file)
{
    const auto dot = file.find('.');
    if (dot == std::string_view::npos) {
        return std::nullopt;
    }
    const auto type = type_of_suffix(file.substr(dot + 1));
    const auto id = Digest::from_hex(std::string(first_two) + std::string(file.substr(0, dot)));
    if (!type || !id) {
        return std::nullopt;
    }
    return ObjectName{*id, *type};
}

} // namespace

std::string describe(const Digest& id, ObjectType type) { return std::string(suffix(type)) + " " + id.hex(); }

std::string_view suffix(ObjectType type) { return type_names.at(static_cast<std::size_t>(type)).suffix; }

std::optional<ObjectType> type_of_suffix(std::string_view suffix)
{
    for (const auto& name : type_names) {
        if (name.suffix == suffix) {
            return name.type;
        }
    }
    return std::nullopt;
}

std::string object_path(const Digest& id, ObjectType type)
{
    auto path = id.hex();
    path.insert(2, 1, '/');
    path += '.';
    path += suffix(type);
    return path;
}

std::uint64_t allocated_bytes(const fs::path& path)
{
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

ObjectDirectory::ObjectDirectory(fs::path repository, std::string_view staging)
    : repository_(std::move(repository)), staging_(repository_ / "tmp" / staging),
      objects_(open_objects(repository_ / "objects"))
{
}

fs::path ObjectDirectory::path(const Digest& id, ObjectType type) const
{
    return repository_ / "objects" / object_path(id, type);
}

bool ObjectDirectory::has(const Digest& id, ObjectType type) const
{
    return ::faccessat(objects_.get(), object_path(id, type).c_str(), F_OK, 0) == 0;
}

Fd ObjectDirectory::open_if_there(const Digest& id, ObjectType type) const
{
    Fd fd(::openat(objects_.get(), object_path(id, type).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && objects_ && errno != ENOENT) {
        throw system_error("open " + describe(id, type), errno);
    }
    return fd;
}

Fd ObjectDirectory::open(const Digest& id, ObjectType type) const
{
    auto fd = open_if_there(id, type);
    if (!fd) {
        throw Error(Code::not_found, describe(id, type) + " is missing");
    }
    return fd;
}

std::string ObjectDirectory::read_checked(const Digest& id, ObjectType type, std::size_t cap) const
{
    auto bytes = files::read_if_exists(path(id, type), cap);
    if (!bytes) {
        throw Error(Code::not_found, describe(id, type) + " is missing");
    }
    if (sha256(std::string_view(*bytes)) != id) {
        throw Error(Code::corrupt, describe(id, type) + ": its bytes are not what its name says");
    }
    return *std::move(bytes);
}

std::vector<ObjectName> ObjectDirectory::list() const
{
    std::vector<ObjectName> found;
    if (!objects_) {
        return found;
    }
    for (const auto& directory : fs::directory_iterator(repository_ / "objects")) {
        const auto first_two = directory.path().filename().string();
        if (first_two.size() != 2 || !directory.is_directory()) {
            continue;
        }
        for (const auto& file : fs::directory_iterator(directory.path())) {
            if (const auto name = name_of(first_two, file.path().filename().string())) {
                found.push_back(*name);
            }
        }
    }
    return found;
}

void ObjectDirectory::remove(const ObjectName& object) const
{
    if (::unlinkat(objects_.get(), object_path(object.id, object.type).c_str(), 0) != 0 && errno != ENOENT) {
        throw system_error("remove " + describe(object.id, object.type), errno);
    }
}

fs::path ObjectDirectory::staged_path(const Digest& id, ObjectType type) const
{
    return staging_ / (id.hex() + "." + std::string(suffix(type)));
}

Fd ObjectDirectory::create_staged(const Digest& id, ObjectType type) const
{
    const auto staged = staged_path(id, type);
    make_directory(staging_);
    ::unlink(staged.c_str());
    return files::open(staged, O_RDWR | O_CREAT | O_EXCL, 0644);
}

Fd ObjectDirectory::create_incoming() const
{
    make_directory(staging_);
    discard_incoming();
    return files::open(staging_ / "incoming", O_RDWR | O_CREAT | O_EXCL, 0644);
}

void ObjectDirectory::keep_incoming(const Digest& id, ObjectType type) const
{
    const auto staged = staged_path(id, type);
    if (::rename((staging_ / "incoming").c_str(), staged.c_str()) != 0) {
        throw system_error("rename to " + staged.string(), errno);
    }
}

void ObjectDirectory::discard_incoming() const { ::unlink((staging_ / "incoming").c_str()); }

bool ObjectDirectory::is_staged(const Digest& id, ObjectType type) const
{
    return ::access(staged_path(id, type).c_str(), F_OK) == 0;
}

std::optional<std::string> ObjectDirectory::read_staged(const ObjectName& name, std::size_t cap) const
{
    return files::read_if_exists(staged_path(name.id, name.type), cap);
}

void ObjectDirectory::write_staged(const ObjectName& name, std::string_view bytes) const
{
    files::write_all(create_staged(name.id, name.type).get(), bytes);
}

void ObjectDirectory::discard_staged(const Digest& id, ObjectType type) const
{
    ::unlink(staged_path(id, type).c_str());
    ::rmdir(staging_.c_str()); // goes with the last one
}

void ObjectDirectory::promote_staged(std::string_view operation, std::span<const ObjectName> names) const
{
    if (!fs::is_directory(staging_)) {
        return;
    }
    files::sync_filesystem(staging_);
    fault_point(std::string(operation) + ".staged");
    for (const auto& name : names) {
        interrupt::throw_if_requested();
        if (has(name.id, name.type)) {
            discard_staged(name.id, name.type);
        } else {
            give_place(name);
        }
    }
    fault_point(std::string(operation) + ".renamed");
    files::sync_filesystem(repository_ / "objects");
    ::rmdir(staging_.c_str()); // not where others are staged
    fault_point(std::string(operation) + ".promoted");
}

void ObjectDirectory::give_place(const ObjectName& name) const
{
    const auto source = staged_path(name.id, name.type);
    const auto target = path(name.id, name.type);
    if (::rename(source.c_str(), target.c_str()) == 0) {
        return;
    }
    make_directory(target.parent_path());
    if (::rename(source.c_str(), target.c_str()) != 0) {
        throw system_error("rename to " + target.string(), errno);
    }
}

void ObjectDirectory::write_durably(const Digest& id, ObjectType type, std::string_view bytes) const
{
    const auto target = path(id, type);
    files::make_directories(target.parent_path());
    files::write(target, bytes);
}

void ObjectDirectory::take_over(const ObjectDirectory& other) const
{
    if (!fs::is_directory(other.staging_)) {
        return;
    }
    make_directory(staging_);
    for (const auto& entry : fs::directory_iterator(other.staging_)) {
        const auto here = staging_ / entry.path().filename();
        if (::rename(entry.path().c_str(), here.c_str()) != 0) {
            throw system_error("rename to " + here.string(), errno);
        }
    }
    fs::remove(other.staging_);
}

std::uint64_t ObjectDirectory::staged_bytes() const
{
    std::uint64_t bytes = 0;
    if (fs::is_directory(staging_)) {
        for (const auto& entry : fs::directory_iterator(staging_)) {
            bytes += allocated_bytes(entry.path());
        }
    }
    return bytes;
}

std::uint64_t ObjectDirectory::clear_staging() const
{
    const auto bytes = staged_bytes();
    files::remove_tree(staging_);
    return bytes;
}

} // namespace qpkg::ostree
