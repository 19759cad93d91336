// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/context.hpp"

#include "adapters/sqlite/database.hpp"
#include "app/use/change.hpp"
#include "app/use/loss.hpp"
#include "cli/adapters.hpp"
#include "cli/terminal.hpp"
#include "engine/reserve.hpp"
#include "engine/state_directory.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"

#include <unistd.h>

#include <sstream>

namespace qpkg::cli {

Context::Context(Options defaults) : options(std::move(defaults)) {}
Context::~Context() = default;

app::World& Context::world()
{
    if (adapters_) {
        return adapters_->world();
    }
    engine::require_readable_state(std::filesystem::absolute(options.root));
    adapters_ = std::make_unique<Adapters>(options, overlooks_database_ ? Adapters::Records::overlooked
                                                                        : Adapters::Records::read);
    auto& world = adapters_->world();
    for (const auto& fault : engine::faults_of_state(world.root)) {
        log::warning("the state directory is not safe from others: " + fault);
    }
    if (const auto loss = app::find_loss(world)) {
        log::warning(*loss + ". To record what can be told: qpkg restore");
    }
    return world;
}

std::optional<std::string> Context::database_damage() const
{
    const auto root = std::filesystem::absolute(options.root);
    engine::require_readable_state(root);
    return sqlite::damage_of(root / "state.db");
}

void Context::overlook_database() { overlooks_database_ = true; }

std::filesystem::path Context::set_database_aside()
{
    require_writing();
    const auto root = std::filesystem::absolute(options.root);
    engine::require_sound_state(root);
    const auto held = engine::WriterLock::take(root, typed);
    int number = 1;
    const auto aside = [&] { return root / ("state.db.damaged-" + std::to_string(number)); };
    while (std::filesystem::exists(aside())) {
        ++number;
    }
    adapters_.reset();
    overlooks_database_ = false;
    files::remove_durably(root / "state.db-shm");
    for (const auto* part : {"-wal", ""}) { // the file itself last: until then it is damaged, and set aside again
        const auto from = root / (std::string("state.db") + part);
        if (std::filesystem::exists(from)) {
            files::rename_durably(from, aside().string() + part);
        }
    }
    return aside();
}

/// The net below `settle`: who becomes a writer while he should only look, is stopped before the first byte.
void Context::require_writing() const
{
    if (options.dry_run) {
        throw Error(Code::bug, "`" + typed + "` was to change something in a dry run", "nothing was changed");
    }
}

void Context::make_state_directory()
{
    require_writing();
    const auto root = std::filesystem::absolute(options.root);
    engine::require_sound_state(root);
    if (std::filesystem::symlink_status(root).type() == std::filesystem::file_type::not_found) {
        files::make_directories(root);
        engine::require_sound_state(root);
    }
}

engine::WriterLock Context::lock(Disk disk)
{
    require_writing();
    make_state_directory();
    const auto root = std::filesystem::absolute(options.root);
    auto lock = engine::WriterLock::take(root, typed);
    const engine::Reserve reserve(root);
    if (disk == Disk::may_be_full) {
        reserve.give_up();
    }
    world();
    adapters_->make_writable();
    if (disk == Disk::has_room) {
        reserve.make();
    }
    return lock;
}

std::optional<engine::WriterLock> Context::fetch_lock()
{
    if (options.dry_run) {
        return std::nullopt;
    }
    make_state_directory();
    auto lock = engine::WriterLock::take(world().root, typed, engine::LockFor::fetching);
    adapters_->make_fetchable();
    return lock;
}

std::optional<engine::WriterLock> Context::try_fetch_lock()
{
    require_writing();
    try {
        return engine::WriterLock::try_take(world().root, typed, engine::LockFor::fetching);
    } catch (const Error& error) {
        log::debug(error.what());
        return std::nullopt;
    }
}

void Context::unlock(std::optional<engine::WriterLock>& held)
{
    adapters_->stop_writing();
    held.reset();
}

void Context::locked(const std::function<void()>& work)
{
    std::optional<engine::WriterLock> held(lock());
    work();
    unlock(held);
}

void Context::finish_interrupted()
{
    if (options.dry_run) {
        return;
    }
    locked([this] { app::recover(world()); });
}

std::optional<engine::WriterLock> Context::try_lock()
{
    require_writing();
    try {
        const auto& root = world().root;
        engine::require_sound_state(root);
        return engine::WriterLock::try_take(root, typed);
    } catch (const Error& error) {
        log::debug(error.what());
        return std::nullopt;
    }
}

void Context::keep_what_was_verified()
{
    if (options.dry_run || !adapters_ || !adapters_->has_news()) {
        return;
    }
    try {
        if (const auto lock = try_lock()) {
            adapters_->make_writable();
        }
    } catch (const Error& error) {
        log::debug(error.what());
    }
}

void Context::perform(const Action& action)
{
    // A withheld dissent, or a list that goes back, is known from then on, however the command ends.
    const auto keep = [&] {
        if (!std::holds_alternative<Reads>(action)) {
            keep_what_was_verified();
        }
    };
    try {
        std::visit(
            [this](const auto& row) {
                if constexpr (requires { row.propose; }) {
                    engine::require_mounted_state(std::filesystem::absolute(options.root));
                    settle(row.propose());
                } else {
                    row.run();
                }
            },
            action);
    } catch (...) {
        keep();
        throw;
    }
    keep();
    // Of a change it says nothing that nobody reads of it.
    if (nobody_reads_ && exit_code == 0 && !std::holds_alternative<Writes>(action)) {
        exit_code = status_of_broken_pipe;
    }
}

void Context::settle(const Proposal& proposal)
{
    if (!proposal.carry_out) {
        show_unchanged(proposal.plan());
        return;
    }
    if (options.dry_run) {
        show(proposal.plan().field("changed", false).field("dry_run", true).done("Dry run: nothing was changed."));
        return;
    }
    if (proposal.consent != Consent::implied) {
        show_plan(proposal.plan());
    }
    if (proposal.consent == Consent::asked && !agreed(proposal.question)) {
        show(Document(command).field("changed", false).done("Done: nothing was changed."));
        return;
    }
    proposal.carry_out();
}

app::Reach Context::reach() const { return options.offline ? app::Reach::offline : app::Reach::online; }

void Context::show_plan(const Document& plan)
{
    if (!options.json && !options.quiet) {
        std::ostringstream text;
        render_text(plan, text, page_of(STDOUT_FILENO));
        print(text.str());
    }
}

bool Context::agreed(const std::string& question) { return options.yes || ask(question); }

bool Context::may_ask() const
{
    return is_terminal(0) && !options.yes && !options.dry_run && !options.json && !options.quiet;
}

void Context::show(const Document& result)
{
    if (options.json) {
        print(render_json(result));
        return;
    }
    std::ostringstream text;
    render_text(result, text, page_of(STDOUT_FILENO));
    print(text.str());
}

void Context::print(std::string_view bytes)
{
    if (!print_out(bytes)) {
        nobody_reads_ = true;
    }
}

void Context::show_unchanged(const Document& result)
{
    show(result);
    if (options.unchanged_exit_77) {
        exit_code = 77;
    }
}

} // namespace qpkg::cli
