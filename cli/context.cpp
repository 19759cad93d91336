// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/context.hpp"

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

#include <iostream>

namespace qpkg::cli {

Context::Context(Options defaults) : options(std::move(defaults)) {}
Context::~Context() = default;

app::World& Context::world()
{
    if (adapters_) {
        return adapters_->world();
    }
    adapters_ = std::make_unique<Adapters>(options);
    auto& world = adapters_->world();
    for (const auto& fault : engine::faults_of_state(world.root)) {
        log::warning("the state directory is not safe from others: " + fault);
    }
    if (const auto loss = app::find_loss(world)) {
        log::warning(*loss + ". To record what can be told: qpkg restore");
    }
    return world;
}

void Context::make_state_directory()
{
    const auto root = std::filesystem::absolute(options.root);
    if (std::filesystem::symlink_status(root).type() == std::filesystem::file_type::not_found) {
        files::make_directories(root);
    }
    engine::require_sound_state(root);
}

engine::WriterLock Context::lock(Disk disk)
{
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

engine::WriterLock Context::fetch_lock()
{
    make_state_directory();
    auto lock = engine::WriterLock::take(world().root, typed, engine::LockFor::fetching);
    adapters_->make_fetchable();
    return lock;
}

std::optional<engine::WriterLock> Context::try_fetch_lock()
{
    try {
        return engine::WriterLock::try_take(world().root, typed, engine::LockFor::fetching);
    } catch (const Error& error) {
        log::debug(error.what());
        return std::nullopt;
    }
}

void Context::locked(const std::function<void()>& work)
{
    const auto held = lock();
    work();
    adapters_->stop_writing();
}

void Context::finish_interrupted()
{
    locked([this] { app::recover(world()); });
}

std::optional<engine::WriterLock> Context::try_lock()
{
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
    try {
        if (const auto lock = try_lock()) {
            adapters_->make_writable();
        }
    } catch (const Error& error) {
        log::debug(error.what());
    }
}

app::Reach Context::reach() const { return options.offline ? app::Reach::offline : app::Reach::online; }

void Context::show_plan(const Document& plan)
{
    if (!options.json && !options.quiet) {
        render_text(plan, std::cout, page_of(STDOUT_FILENO));
        std::cout << std::flush;
    }
}

bool Context::agreed(const std::string& question) { return options.yes || ask(question); }

bool Context::may_ask() const
{
    return is_terminal(0) && !options.yes && !options.dry_run && !options.json && !options.quiet;
}

bool Context::confirmed(Document& plan)
{
    if (options.dry_run) {
        show(plan.field("changed", false).done("Dry run: nothing was changed."));
        return false;
    }
    show_plan(plan);
    if (!agreed()) {
        show(Document(command).field("changed", false).done("Done: nothing was changed."));
        return false;
    }
    return true;
}

void Context::show(const Document& result)
{
    if (options.json) {
        std::cout << render_json(result);
    } else {
        render_text(result, std::cout, page_of(STDOUT_FILENO));
    }
    if (!std::cout.flush()) {
        throw Error(Code::failed, "write the result to standard output");
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
