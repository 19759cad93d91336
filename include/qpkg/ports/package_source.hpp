// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/model/relation.hpp"
#include "qpkg/model/release.hpp"
#include "qpkg/ports/progress.hpp"
#include "qpkg/ports/sandbox.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// Where and with what packages are chosen and installed.
struct Workshop {
    Sandbox& sandbox;
    Progress& progress;
    std::filesystem::path base_image;
    std::filesystem::path scratch; ///< empty at first, removed by the caller; not on an overlay file system
    std::filesystem::path cache;   ///< what the source downloaded, kept from build to build of one base
};

/// Whose recommended packages come along: nobody's, those of the packages that are named, or those of all that come.
enum class Recommended { none, named, all };

/// What a recipe asks for, and what it needs comes with it.
struct PackageWish {
    std::vector<std::string> names; ///< at least one
    Recommended recommended = Recommended::none;
    std::filesystem::path lists = {}; ///< a directory that `resolve` fills with the signed lists that it chose from
};

/// A package as a lock file names it.
struct LockedPackage {
    Package package;
    std::uint64_t size; ///< bytes of the package file
    std::string uri;    ///< where it came from

    friend auto operator<=>(const LockedPackage&, const LockedPackage&) = default;
};

/// A package as the signed lists of a distribution offer it now.
struct OfferedPackage {
    Package package;
    std::uint64_t size;           ///< bytes of the package file
    bool is_security_fix = false; ///< it comes from where the distribution puts security fixes

    friend auto operator<=>(const OfferedPackage&, const OfferedPackage&) = default;
};

/// A package that a search found.
struct FoundPackage {
    std::string name;
    std::string summary; ///< one line

    friend auto operator<=>(const FoundPackage&, const FoundPackage&) = default;
};

struct PackageChoice {
    std::vector<LockedPackage> packages; ///< ascending
    std::int64_t epoch;                  ///< when the newest of them was made
};

/// A package that is installed, as the package manager recorded it.
struct InstalledPackage {
    std::string name;
    std::string version = {};
    std::string arch = {};
    std::string source = {};                   ///< the source package that it was built from
    std::string source_version = {};           ///< of that
    std::vector<Relation> provides = {};       ///< other names that it answers to, in one version or in `any`
    std::vector<Alternatives> needs = {};      ///< all of these
    std::vector<Alternatives> recommends = {}; ///< of these, most users want each
    std::vector<Relation> breaks = {};         ///< none of these
    std::vector<std::string> licences = {};    ///< by the names that the package gives them, ascending
    std::vector<std::string> fixes = {};       ///< vulnerabilities that its makers say they looked at, ascending
    std::string summary = {};                  ///< one line, empty when there is none
    std::vector<std::string> paths = {}; ///< absolute, as the package has them, perhaps from before the merge into /usr
    bool has_scripts = false;            ///< that ran

    friend bool operator==(const InstalledPackage&, const InstalledPackage&) = default;
};

/// A base that can be made of a distribution's packages.
struct KnownBase {
    BaseId id;
    std::int64_t epoch; ///< SOURCE_DATE_EPOCH: the day of the distribution's release, so that each build of it is equal
};

struct RootRequest {
    BaseId base;                        ///< one of `bases()`
    std::string mirror;                 ///< of the packages; empty: the distribution's own
    std::vector<std::string> packages;  ///< that it shall have besides, with what they need
    std::filesystem::path tar;          ///< is made; what lies beside it is scratch
    std::filesystem::path keyring = {}; ///< of those who sign the packages; empty: the distribution's
};

/// Packages of a distribution, by its own package manager: the one of the base, run in the sandbox over the base, with
/// the base's own keys. Nothing outside an implementation knows which one it is.
///
/// A source has no state: what it downloads lies in the workshop's cache, which is foreign to it as well, so that it
/// believes no file there before it was hashed.
class PackageSource {
public:
    virtual ~PackageSource() = default;

    /// The app that consists of one package and what it needs. Error usage for what can be no name of a package.
    virtual AppId app_of(std::string_view package) const = 0;

    /// What `make_root` can make.
    virtual std::vector<KnownBase> bases() const = 0;
    /// A root file system as a tar, and the packages it consists of, ascending; signatures are checked against the keys
    /// of the distribution. Errors: usage (no name of a package), failed (unreachable, no such package).
    virtual std::vector<Package> make_root(const RootRequest& request, Progress& progress) const = 0;
    /// This root file system has the package manager.
    virtual bool serves(const ForeignTree& root) const = 0;
    /// Takes what the package manager keeps of one moment out of a root that it serves.
    virtual void settle(const ForeignTree& root) const = 0;

    /// What `resolve` would choose now, ascending; nothing is downloaded but lists. Errors as `resolve`.
    virtual std::vector<OfferedPackage> look(const Workshop& workshop, const PackageWish& wish) const = 0;
    /// Packages whose name or summary has each of these words in it, whatever the case; ascending. Nothing is
    /// downloaded but lists. Error failed (unreachable).
    virtual std::vector<FoundPackage> search(const Workshop& workshop, std::span<const std::string> words) const = 0;
    /// Packages of the base itself that its distribution offers in other versions now, with what these need; ascending.
    /// Nothing is downloaded but lists. Error failed (unreachable).
    virtual std::vector<OfferedPackage> look_at_base(const Workshop& workshop) const = 0;
    /// Asks what there is now, chooses exact packages, downloads and checks them. Errors: not_found (no such package;
    /// near names in the hint), usage (no name of a package; an address with a secret in it, which no lock may hold),
    /// conflict (the base has it already), corrupt (a file that is not what was signed), failed (unreachable).
    virtual PackageChoice resolve(const Workshop& workshop, const PackageWish& wish) const = 0;
    /// Afterwards each file is in the cache, with the bytes that are named here. Error not_found names the first that
    /// cannot be had any more.
    virtual void download(const Workshop& workshop, std::span<const LockedPackage> packages) const = 0;
    /// Copies one of these, which are in the cache, to a new file. Error corrupt when it is not what is named.
    virtual void hand_out(const Workshop& workshop, const LockedPackage& package,
                          const std::filesystem::path& file) const = 0;
    /// Puts a package file from elsewhere into the cache. `download` hashes it like all that is there.
    virtual void take_in(const Workshop& workshop, const LockedPackage& package,
                         const std::filesystem::path& file) const = 0;
    /// That the distribution offered these, by lists of `PackageWish::lists` and the base's keys, whatever their date.
    /// Asks nobody. Error untrusted "origin not proven: …".
    virtual void prove(const Workshop& workshop, std::span<const LockedPackage> packages,
                       const std::filesystem::path& lists) const = 0;
    /// Installs exactly these, which are in the cache, over the base: without network, and no service starts. `epoch`
    /// is what scripts shall take for the date. Returns the directory with the changes. Errors: corrupt (not what was
    /// chosen), failed (a script too).
    virtual std::filesystem::path install(const Workshop& workshop, std::span<const LockedPackage> packages,
                                          std::int64_t epoch) const = 0;

    /// What the package manager recorded in the changes of an installation, or in a whole root; ascending by name.
    virtual std::vector<InstalledPackage> describe(const ForeignTree& tree) const = 0;
    /// Of two versions of a package.
    virtual bool is_older(std::string_view version, std::string_view than) const = 0;
    /// Where package manager and distribution keep state and settings of their own: no part of a module.
    virtual std::vector<std::string_view> own_places() const = 0;
};

/// How a source is known: "deb:hello" is package hello of the source whose word is deb.
struct PackageSourceRow {
    std::string_view word;
    std::unique_ptr<PackageSource> (*make)();
};

using PackageSources = std::span<const PackageSourceRow>;

} // namespace qpkg
