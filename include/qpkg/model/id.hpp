// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why names are types. A text becomes an `AppId` where it comes in, or is refused there; inside, no function checks
// again, and an app cannot be passed where a qube is meant. There is no default constructor: an empty name does not
// exist.
#pragma once

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace qpkg {

/// A name that was checked once, where it came in. `Tag` supplies the rule and the word for messages.
template <class Tag>
class Id {
public:
    /// Nothing when `text` breaks the rule of this kind of name.
    static std::optional<Id> parse(std::string_view text)
    {
        if (!Tag::is_valid(text)) {
            return std::nullopt;
        }
        return Id(std::string(text));
    }

    /// As `parse`; an Error names the kind, the text (escaped) and the rule.
    static Id require(std::string_view text, Code code = Code::usage)
    {
        if (auto id = parse(text)) {
            return *std::move(id);
        }
        throw bad_name(Tag::kind, text, Tag::rule, code);
    }

    const std::string& text() const noexcept { return text_; }

    friend auto operator<=>(const Id&, const Id&) = default;

private:
    explicit Id(std::string text) : text_(std::move(text)) {}

    static Error bad_name(std::string_view kind, std::string_view text, std::string_view rule, Code code);

    std::string text_;
};

Error bad_name_error(std::string_view kind, std::string_view text, std::string_view rule, Code code);

template <class Tag>
Error Id<Tag>::bad_name(std::string_view kind, std::string_view text, std::string_view rule, Code code)
{
    return bad_name_error(kind, text, rule, code);
}

struct AppTag {
    static constexpr std::string_view kind = "app id";
    static constexpr std::string_view rule = "reverse-DNS name such as org.example.hello, of a-z 0-9 . + -";
    static bool is_valid(std::string_view text);
};
struct QubeTag {
    static constexpr std::string_view kind = "qube name";
    static constexpr std::string_view rule = "a letter, then letters, digits, _ . -, at most 31 characters";
    static bool is_valid(std::string_view text);
};
struct BaseTag {
    static constexpr std::string_view kind = "base id";
    static constexpr std::string_view rule = "a name such as debian-12, of a-z 0-9 . -, not none";
    static bool is_valid(std::string_view text);
};
struct RepoTag {
    static constexpr std::string_view kind = "repository name";
    static constexpr std::string_view rule = "a-z 0-9 . -, at most 64 characters";
    static bool is_valid(std::string_view text);
};
struct ArchTag {
    static constexpr std::string_view kind = "architecture";
    static constexpr std::string_view rule = "x86_64 or aarch64";
    static bool is_valid(std::string_view text);
};
struct ChannelTag {
    static constexpr std::string_view kind = "channel";
    static constexpr std::string_view rule = "a-z 0-9 -, at most 32 characters";
    static bool is_valid(std::string_view text);
};

struct PointTag {
    static constexpr std::string_view kind = "name of a point";
    static constexpr std::string_view rule = "an app id, or an app id, a / and a word of a-z 0-9 -";
    static bool is_valid(std::string_view text);
};

using AppId = Id<AppTag>;       ///< "org.mozilla.firefox-esr"
using QubeName = Id<QubeTag>;   ///< "work"
using BaseId = Id<BaseTag>;     ///< "debian-12"
using RepoName = Id<RepoTag>;   ///< "demo"
using Arch = Id<ArchTag>;       ///< "x86_64"
using Channel = Id<ChannelTag>; ///< "stable"
using PointName = Id<PointTag>; ///< "qpkg.fonts", "org.mozilla.firefox-esr", "org.gimp.gimp/brushes"

/// "org.mozilla" of "org.mozilla.firefox-esr": what a publisher is allowed to use.
std::string namespace_of(const AppId& app);
/// "firefox-esr" of "org.mozilla.firefox-esr": what people type.
std::string short_name(const AppId& app);

/// The architecture this program was built for.
Arch native_arch();

/// A digest that names one kind of thing.
template <class Tag>
class DigestId {
public:
    explicit DigestId(const Digest& digest) : digest_(digest) {}

    static std::optional<DigestId> from_hex(std::string_view hex)
    {
        const auto digest = Digest::from_hex(hex);
        return digest ? std::optional(DigestId(*digest)) : std::nullopt;
    }

    const Digest& digest() const noexcept { return digest_; }
    std::string hex() const { return digest_.hex(); }

    friend auto operator<=>(const DigestId&, const DigestId&) = default;

private:
    Digest digest_;
};

using CommitId = DigestId<struct CommitTag>;     ///< checksum of an OSTree commit object
using VolumeId = DigestId<struct VolumeTag>;     ///< dm-verity root of a volume: its name
using ManifestId = DigestId<struct ManifestTag>; ///< sha256 of a release manifest's bytes: names a release

} // namespace qpkg
