// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a role is a choice of folders and not of `#if`. dom0's program must hold neither network nor archive code. With
// preprocessor lines that is true of what somebody remembered; with folders it is true of what is compiled. The
// functions below have one implementation in each role's folder, and the linker sees one of them.
#pragma once

#include "adapters/ostree/incoming.hpp"
#include "app/use/change.hpp"
#include "app/world.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"

#include "qpkg/model/location.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Where the programs of the roles differ. A role is a set of folders: cli/full or cli/dom0 is compiled, never both,
/// and nothing else in cli/ asks which.
namespace qpkg::cli {

/// Reads a repository of static files, in a directory or on a server. Error unsupported where the role takes bundles
/// only.
std::unique_ptr<Fetcher> make_site_fetcher(const Options& options, const Location& location);
/// What takes in contents that are served compressed; empty where the role inflates nothing.
ostree::Intake intake_of_role();

std::unique_ptr<Sandbox> make_sandbox(const Options& options);
/// Gives the world what builders, publishers and mirrors need of it.
void equip(app::World& world, const std::filesystem::path& guest_files);

/// Builds first what no repository offers, where the role and this machine can; `install` is proposed again after that.
/// Nothing where there is nothing to build, and `missing` is the answer. The request then has the ids of what was built
/// in the place of what was typed.
std::optional<Proposal> propose_building(Context& context, app::InstallRequest& request, const Error& missing,
                                         const std::function<Proposal()>& install);
/// Builds first what this machine built once, and would build otherwise now. Nothing where that is nothing.
std::optional<Proposal> propose_rebuilding(Context& context, const app::UpgradeRequest& request,
                                           const std::function<Proposal()>& upgrade);

/// Signs this machine's own repository again where that is due. What hinders it is a warning: it hinders nothing else.
void keep_own_fresh(Context& context);
/// Gives back what only older generations hold, where this machine is its own publisher: nobody else thinks of it.
void tidy_own(Context& context);
/// Tells what this machine built once, and would build otherwise now; whether there is any.
bool describe_rebuilds(Context& context, Document& out, const app::UpgradeRequest& request);
/// Tells packages of the distribution that this machine could build apps of; whether there are any.
bool describe_buildable(Context& context, Document& out, const std::vector<std::string>& words);
/// Tells what a build of the package of that name would take. False where this machine builds none, or there is none.
bool describe_package(Context& context, Document& out, const std::string& typed);
/// Where nothing offers anything yet: what to do about it.
std::string first_step(Context& context);

/// Those that only this role has; all others are there.
std::vector<Command> commands_of_role(Context& context);

} // namespace qpkg::cli
