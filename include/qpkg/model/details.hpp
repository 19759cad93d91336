// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/relation.hpp"
#include "qpkg/model/release.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// What a release says of itself beside its manifest: what it is made of, and how it stands to its base; of a base,
/// what it gives to modules. Normative text: repo-format/repo/details.md.
struct Details {
    struct BuiltPackage {
        std::string name;
        std::string version;
        std::string arch;
        std::optional<Digest> file; ///< of a base that somebody else made it is not known
        std::string source;         ///< the source package that it was built from
        std::string source_version; ///< of that
        friend auto operator<=>(const BuiltPackage&, const BuiltPackage&) = default;
    };
    /// What a package needs that the base has and the module has not.
    struct BaseNeed {
        std::string package;
        Alternatives alternatives; ///< that the base has, in the order of the package
        friend auto operator<=>(const BaseNeed&, const BaseNeed&) = default;
    };
    /// What a package does not stand, of something that the base has.
    struct BaseBreak {
        std::string package;
        Relation relation;
        friend auto operator<=>(const BaseBreak&, const BaseBreak&) = default;
    };
    /// A shared library by the name that the loader looks for, or one version of its symbols.
    struct Library {
        std::string soname;
        std::string version; ///< of symbols; empty: the library itself
        friend auto operator<=>(const Library&, const Library&) = default;
    };
    struct Fix {
        std::string id; ///< "CVE-2026-1234"
        std::string source;
        friend auto operator<=>(const Fix&, const Fix&) = default;
    };
    /// A file or link that no package brought, or that stands where the base has another.
    struct MadePath {
        std::string path;
        std::optional<Digest> base_object; ///< the base's file object there
        friend auto operator<=>(const MadePath&, const MadePath&) = default;
    };
    /// Another name that a package of a base answers to.
    struct Provided {
        std::string package;
        std::string name;
        std::string version; ///< empty: of none in particular
        friend auto operator<=>(const Provided&, const Provided&) = default;
    };
    /// A file or link of a base, but for documentation.
    struct File {
        std::string path;
        Digest object;
        friend auto operator<=>(const File&, const File&) = default;
    };
    enum class AccountKind { group, user };
    struct Account {
        AccountKind kind;
        std::string name;
        std::uint32_t number;
        friend auto operator<=>(const Account&, const Account&) = default;
    };
    /// Releases of an app that do not work on a base, as its publisher found out.
    struct Excluded {
        AppId app;
        std::uint64_t highest; ///< sequence of the last of them
        std::string reason;    ///< for people
        friend auto operator<=>(const Excluded&, const Excluded&) = default;
    };

    // All ascending, each row once.
    std::vector<BuiltPackage> packages = {};
    std::vector<BaseNeed> needs = {};
    std::vector<BaseBreak> breaks = {};
    std::vector<Library> given = {};  ///< to others, of the release's architecture
    std::vector<Library> taken = {};  ///< of the base or the module itself
    std::vector<Library> lacked = {}; ///< asked for by files of the module, and given by nobody
    std::vector<Fix> fixes = {};
    std::vector<MadePath> shadowed = {};  ///< that packages brought; each has an object of the base
    std::vector<MadePath> generated = {}; ///< that scripts made

    // Of bases alone, files of extensions of apps' points too; ascending as well.
    std::vector<Provided> provided = {};
    std::vector<File> files = {};
    std::vector<Account> accounts = {};
    std::vector<Excluded> excluded = {};

    friend bool operator==(const Details&, const Details&) = default;
};

/// Those of known files.
std::vector<Package> known_packages(const Details& details);

/// What no program goes by: whether a module hides such a file of its base does not matter.
bool is_documentation(std::string_view path);

} // namespace qpkg
