// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/role.hpp"

#include "cli/backends.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::cli {
namespace {

class NoSandbox final : public Sandbox {
public:
    CommandResult run(const SandboxRun&) override { throw absent(); }
    Fd open_root(const std::filesystem::path&) override { throw absent(); }

private:
    static Error absent() { return {Code::unsupported, "this qpkg is built without the builder"}; }
};

} // namespace

std::unique_ptr<Fetcher> make_site_fetcher(const Options&, const Location& location)
{
    throw Error(Code::unsupported, location.shown() + ": this qpkg has no network code and inflates nothing",
                "carry the repository here as a bundle: `qpkg bundle create` elsewhere");
}

ostree::Intake intake_of_role() { return {}; }

std::vector<BackendRow> backends_of_role() { return {}; }

std::unique_ptr<Sandbox> make_sandbox(const Options&) { return std::make_unique<NoSandbox>(); }

void equip(app::World&, const std::filesystem::path&) {}

std::optional<Proposal> propose_building(Context&, app::InstallRequest&, const Error&, const std::function<Proposal()>&)
{
    return std::nullopt;
}

std::optional<Proposal> propose_rebuilding(Context&, const app::UpgradeRequest&, const std::function<Proposal()>&)
{
    return std::nullopt;
}

void keep_own_fresh(Context&) {}

void tidy_own(Context&) {}

bool describe_rebuilds(Context&, Document&, const app::UpgradeRequest&) { return false; }

bool describe_buildable(Context&, Document&, const std::vector<std::string>&) { return false; }

bool describe_package(Context&, Document&, const std::string&) { return false; }

std::string first_step(Context&) { return "To add one: qpkg repo add NAME BUNDLE"; }

std::vector<Command> commands_of_role(Context&) { return {}; }

} // namespace qpkg::cli
