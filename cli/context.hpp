// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a command opens the world to read and asks for the lock later. Most commands only look; they must work for
// anybody, on any disk, beside a writer. A command that changes something becomes a writer when it begins to, and reads
// again afterwards: so what it shows at the end costs no lock. Adapters are made at first use, for `--help` needs none.
#pragma once

#include "cli/command.hpp"
#include "cli/document.hpp"
#include "cli/options.hpp"
#include "engine/writer_lock.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::app {
struct World;
enum class Reach;
} // namespace qpkg::app

namespace qpkg::cli {

class Adapters;

/// `may_be_full`: the reserve is given up before anything is opened.
enum class Disk { has_room, may_be_full };

/// What a command has at hand: the options, the world, and the one way to tell its result.
class Context {
public:
    explicit Context(Options defaults);
    ~Context();

    Options options;     ///< the flags write here while the command line is parsed
    std::string command; ///< "install", "repo-add": names the JSON schema, also when the command fails
    std::string typed;   ///< the whole command line: the reason recorded with a generation
    std::vector<std::string> after_dashes; ///< words after "--": another program's, never parsed here
    int exit_code = 0;                     ///< of a command that went through

    /// Does what a command does, and keeps what it verified on the way, however it ends.
    void perform(const Action& action);
    /// The one place that knows of --dry-run: shows what is proposed, asks where that is needed, and has it done.
    void settle(const Proposal& proposal);

    /// Databases, stores and backends at `options.root`; opened on first use, to be read.
    app::World& world();
    /// Why the database cannot be read; nothing where it can, and where there is none.
    std::optional<std::string> database_damage() const;
    /// From here on the world is that of a database that was lost; before `world`.
    void overlook_database();
    /// The damaged database gets another name, which is returned, and the world is opened anew.
    std::filesystem::path set_database_aside();
    /// Makes the state directory when it is not there. Error failed where it is not safe from others.
    void make_state_directory();
    /// From here on the world is written, too: nobody else does while the lock lives. Error busy; failed where the
    /// state directory is not safe from others.
    engine::WriterLock lock(Disk disk = Disk::has_room);
    /// Nobody else lays aside what comes from outside while it lives. The world is still only read. Error busy. Under
    /// --dry-run nothing is laid aside, and nobody kept from it.
    std::optional<engine::WriterLock> fetch_lock();
    std::optional<engine::WriterLock> try_fetch_lock();
    /// Gives the lock back; the world is only read again.
    void unlock(std::optional<engine::WriterLock>& held);
    /// Does this under the lock; then the world is only read again.
    void locked(const std::function<void()>& work);
    /// What a killed command has left undone. Under --dry-run it stays so.
    void finish_interrupted();
    /// Nothing when somebody else holds it, or this user cannot. The world stays as it is.
    std::optional<engine::WriterLock> try_lock();
    /// Whether repositories are asked: not with --offline.
    app::Reach reach() const;

    /// True to go on: with --yes, or after "y". Error usage when there is nobody to ask.
    bool agreed(const std::string& question);
    /// Whether somebody is there to answer more questions than the one.
    bool may_ask() const;
    /// Prints a plan before the question; with --json nothing (the result document repeats the plan).
    void show_plan(const Document& plan);
    /// Prints the command's result. Called once.
    void show(const Document& result);
    /// Prints bytes that are the result.
    void print(std::string_view bytes);
    /// Prints that nothing had to change, and sets the exit code that --unchanged-exit-77 asks for.
    void show_unchanged(const Document& result);

private:
    void require_writing() const;
    void keep_what_was_verified();

    bool overlooks_database_ = false;
    bool nobody_reads_ = false;
    std::unique_ptr<Adapters> adapters_;
};

} // namespace qpkg::cli
