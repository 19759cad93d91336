// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/origin.hpp"

#include "adapters/apt/apt_run.hpp"
#include "adapters/apt/package_name.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>

namespace qpkg::apt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_kept_list = std::size_t{256} << 20U; ///< bytes
constexpr std::size_t largest_sources = 1024 * 1024;
constexpr std::string_view origin_place = "/var/origin";

bool is_signed_list(std::string_view name)
{
    constexpr std::array<std::string_view, 3> signatures{"_InRelease", "_Release", "_Release.gpg"};
    return std::ranges::any_of(signatures, [&](std::string_view end) { return name.ends_with(end); }) ||
           name.find("_Packages") != std::string_view::npos;
}

Error not_proven(const std::string& why)
{
    return {Code::untrusted, "origin not proven: " + why,
            "nobody can say that the distribution offered these packages; build from what it offers now"};
}

std::optional<char> hex_of(std::string_view two)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    if (two.size() < 2 || digit(two[0]) < 0 || digit(two[1]) < 0) {
        return std::nullopt;
    }
    return static_cast<char>(16 * digit(two[0]) + digit(two[1]));
}

void lay_out(const workshop::Run& run, const fs::path& lists)
{
    const ForeignTree kept(lists);
    for (const auto& [path, info] : kept.list("")) {
        const auto name = path.substr(path.rfind('/') + 1);
        const auto place = place_of_list(name);
        if (!place) {
            throw not_proven("\"" + text::escaped(name) + "\" is no list");
        }
        files::write(run.layer(fs::path(origin_place) / *place), kept.read(path, largest_kept_list), 0644,
                     files::Durability::scratch);
    }
}

void lead_sources(const Workshop& workshop, const workshop::Run& run)
{
    const auto root = workshop.sandbox.open_root(workshop.base_image);
    const ForeignTree base(root);
    const auto lead = [&](const std::string& path) {
        files::write(run.layer(path), led_to(base.read(path, largest_sources), origin_place), 0644,
                     files::Durability::scratch);
    };
    if (base.look("/etc/apt/sources.list")) {
        lead("/etc/apt/sources.list");
    }
    for (const auto& [path, info] : base.list("/etc/apt/sources.list.d")) {
        if (path.ends_with(".list") || path.ends_with(".sources")) {
            lead(path);
        }
    }
}

/// What the lists say, once apt has found them signed.
std::map<std::string, Digest> proven_digests(workshop::Run& run, std::span<const LockedPackage> packages)
{
    std::vector<std::string> argv{"sh", "-c",
                                  "apt-get -q -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any "
                                  "-o Acquire::Languages=none -o Acquire::By-Hash=no -o Acquire::PDiffs=false "
                                  "-o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false update >&2 "
                                  "&& exec apt-cache show \"$@\"",
                                  "sh"};
    for (const auto& [package, size, uri] : packages) {
        argv.push_back(record_word(package.name, package.arch, package.version));
    }
    const auto result = run(std::move(argv));
    if (result.status != 0) {
        throw not_proven(command_error(result, "read the kept lists").what());
    }
    return digests_in(result.output);
}

} // namespace

void copy_signed_lists(const fs::path& cache, const fs::path& to)
{
    const ForeignTree lists(cache / "lists");
    files::make_directories(to);
    for (const auto& [path, info] : lists.list("")) {
        const auto name = path.substr(path.rfind('/') + 1);
        if (S_ISREG(info.st_mode) && is_signed_list(name)) {
            files::write(to / name, lists.read(path, largest_kept_list), 0644, files::Durability::scratch);
        }
    }
}

std::optional<std::string> place_of_list(std::string_view name)
{
    std::string place;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '%') {
            const auto decoded = hex_of(name.substr(i + 1, 2));
            if (!decoded || *decoded == '/' || *decoded == '\0') {
                return std::nullopt;
            }
            place += *decoded;
            i += 2;
        } else {
            place += name[i] == '_' ? '/' : name[i];
        }
    }
    const auto parts = text::split(place, '/');
    const bool is_safe =
        std::ranges::none_of(parts, [](const std::string& part) { return part.empty() || part == ".."; });
    return is_signed_list(name) && is_safe ? std::optional(place) : std::nullopt;
}

std::string led_to(std::string_view sources, std::string_view place)
{
    std::string led;
    constexpr std::string_view mark = "://";
    for (auto rest = sources;;) {
        const auto found = rest.find(mark);
        if (found == std::string_view::npos) {
            return led.append(rest);
        }
        auto begin = found;
        while (begin > 0 &&
               (std::isalnum(static_cast<unsigned char>(rest[begin - 1])) != 0 || rest[begin - 1] == '+')) {
            --begin;
        }
        led.append(rest.substr(0, begin)).append("file:").append(place).append("/");
        rest = rest.substr(found + mark.size());
    }
}

void require_origin(const Workshop& workshop, std::span<const LockedPackage> packages, const fs::path& lists)
{
    AptRun run(workshop, "origin");
    lay_out(run, lists);
    lead_sources(workshop, run);
    const auto digests = proven_digests(run, packages);
    for (const auto& [package, size, uri] : packages) {
        const auto found = digests.find(package_file_name(package));
        if (found == digests.end() || found->second != package.sha256) {
            throw not_proven("package " + package.name + ' ' + package.version + " (" + package.arch +
                             ") is in no signed list that was kept");
        }
    }
}

} // namespace qpkg::apt
