// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/base_or_none.hpp"
#include "qpkg/model/first_start.hpp"
#include "qpkg/model/id.hpp"
#include "qpkg/model/menu.hpp"
#include "qpkg/model/point.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qpkg {

enum class ExportKind { command, desktop, icon, dbus, service, mime };

/// How strongly an app asks for a name. See repo-format/guest/exports.md, "Who gets a name".
enum class Rank {
    first,  ///< what the app is known by: another app's first name is a conflict
    second, ///< gives way without a question
};

/// Something of the module that the qube sees outside the module's own view.
struct Export {
    ExportKind kind;
    std::string name;                   ///< command: "firefox-esr"; desktop: "firefox-esr.desktop"; …
    std::string path;                   ///< absolute path inside the module, or in the base for a command of it
    std::optional<MenuEntry> menu = {}; ///< of a desktop entry; nothing: it appears in no menu
    Rank rank = Rank::first;
    bool listed = false; ///< dbus, service: a name that is not of the app's id, as the recipe says
    bool starts = false; ///< service: the recipe asks for it to start with the qube

    friend bool operator==(const Export&, const Export&) = default;
};

/// What the app asks of its qube. Shown before the first install; the backends enforce what they can.
struct Needs {
    bool network = false;
    bool audio = false;
    bool camera = false;
    bool usb = false;
    bool gpu = false;
    std::vector<std::string> persist; ///< "~/.mozilla"

    friend bool operator==(const Needs&, const Needs&) = default;
};

/// One distribution package inside a module or base.
struct Package {
    std::string name;
    std::string version;
    std::string arch;
    Digest sha256; ///< of the package file

    friend auto operator<=>(const Package&, const Package&) = default;
};

/// A right that the distribution's package gives to a program, and a module never does.
enum class Right { capabilities, setgid, setuid };

/// A program that runs without such a right.
struct Limit {
    std::string path; ///< absolute, in the view
    Right right;

    friend auto operator<=>(const Limit&, const Limit&) = default;
};

/// What a build was made from; the same inputs give the same commit.
struct BuildInputs {
    Digest recipe; ///< sha256 of module.toml
    Digest lock;   ///< sha256 of module.lock
    /// The base's commit, on which or with whose root it was made; of a base its own. Nothing: neither.
    std::optional<CommitId> base;
    std::int64_t source_date_epoch;   ///< seconds since 1970
    std::optional<Digest> agent = {}; ///< of a base: the files of qpkg's that it received

    friend bool operator==(const BuildInputs&, const BuildInputs&) = default;
};

struct TreeSummary {
    CommitId commit;
    std::string ref;            ///< "app/org.example.hello/x86_64/stable"
    std::uint64_t objects;      ///< distinct objects, metadata included
    std::uint64_t size;         ///< bytes of distinct content objects
    std::uint64_t archive_size; ///< bytes of the same objects as the repository serves them (compressed)

    friend bool operator==(const TreeSummary&, const TreeSummary&) = default;
};

struct VolumeSummary {
    VolumeId root;      ///< dm-verity root, the volume's name
    std::uint64_t size; ///< bytes of the image
    std::string format; ///< "erofs-2"

    friend bool operator==(const VolumeSummary&, const VolumeSummary&) = default;
};

/// A static delta: what makes the objects of a release from those of an older commit.
struct DeltaSummary {
    CommitId from;
    Digest superblock;          ///< sha256 of the delta's first file, which pins all others
    std::uint64_t size;         ///< bytes of all its files: the download
    std::uint64_t objects_size; ///< bytes of the objects it saves, as the repository serves them one by one
    std::uint64_t content_size; ///< bytes of the content objects among them, uncompressed

    friend auto operator<=>(const DeltaSummary&, const DeltaSummary&) = default;
};

/// A file beside the tree that the manifest pins: what it says, and how repositories carry it.
struct PinnedFile {
    Digest sha256;             ///< of the raw bytes
    std::uint64_t size;        ///< bytes, raw
    Digest packed_sha256;      ///< of the compressed file, which is made once and copied: its bytes differ from one
                               ///< version of the compressor to another
    std::uint64_t packed_size; ///< bytes, compressed: the download

    friend bool operator==(const PinnedFile&, const PinnedFile&) = default;
};

/// The contents of a release manifest: one release of one app for one base, architecture and channel.
struct Release {
    AppId app;
    std::string version;    ///< for people; never compared
    std::uint64_t sequence; ///< orders the releases of one app, architecture and channel; only ever rises
    Channel channel;
    Arch arch;
    BaseOrNone base;              ///< none: it brings its own root, and its view is that
    std::uint64_t base_level = 0; ///< of that base; across levels a module fits only the base it was built on
    std::string summary;          ///< one line for people, printable ASCII
    TreeSummary tree;
    VolumeSummary volume;
    std::vector<Export> exports;
    Needs needs;
    BuildInputs inputs;
    PinnedFile details;                    ///< what is in it: repo-format/repo/details.md
    PinnedFile owners;                     ///< whose each path is: repo-format/repo/owners.md
    std::vector<DeltaSummary> deltas = {}; ///< ascending by commit, each commit once
    std::vector<Limit> limits = {};        ///< ascending, at most 32
    std::optional<Extends> extends = {};   ///< of an extension, which is no app: it has neither exports nor a view
    std::vector<Point> points = {};        ///< of an app, ascending by name
    FirstStart first_start = {};           ///< what it makes and keeps in each qube

    friend bool operator==(const Release&, const Release&) = default;
};

/// A root that qubes start from is its own base, and nothing else is. It has neither exports nor needs.
inline bool is_base(const Release& release) { return release.base.text() == release.app.text(); }

} // namespace qpkg
