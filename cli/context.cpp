// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/context.hpp"

#include "cli/adapters.hpp"
#include "cli/terminal.hpp"

#include "qpkg/base/error.hpp"

#include <iostream>

namespace qpkg::cli {

Context::Context(Options defaults) : options(std::move(defaults)) {}
Context::~Context() = default;

app::World& Context::world()
{
    if (!adapters_) {
        adapters_ = std::make_unique<Adapters>(options);
    }
    return adapters_->world();
}

engine::WriterLock Context::lock() { return engine::WriterLock::take(world().root, typed); }
std::optional<engine::WriterLock> Context::try_lock() { return engine::WriterLock::try_take(world().root, typed); }

void Context::show_plan(const Document& plan)
{
    if (!options.json && !options.quiet) {
        render_text(plan, std::cout);
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
        show(plan.field("changed", flag(false)).done("Dry run: nothing was changed."));
        return false;
    }
    show_plan(plan);
    if (!agreed()) {
        show(Document(command).field("changed", flag(false)).done("Done: nothing was changed."));
        return false;
    }
    return true;
}

void Context::show(const Document& result)
{
    if (options.json) {
        std::cout << render_json(result);
    } else {
        render_text(result, std::cout);
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
