// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/agent.hpp"
#include "adapters/qubes/qubes_hypervisor.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

/// What qubes start from: templates, which only Qubes' own tools change.
namespace qpkg::qubes {
namespace {

constexpr const char* not_set = "QubesFeatureNotFoundError";
constexpr int most_steps = 4; ///< a disposable's template has one itself
constexpr const char* base_feature = "qpkg.base";
/// A time, set when a qube that had updates says that it has none any more (qubes-core-admin, ext/updates.py).
constexpr const char* update_feature = "last-update";

} // namespace

std::optional<OutsideRoot> QubesHypervisor::outside_root(const QubeName& qube)
{
    const auto all = domains();
    auto name = qube;
    for (int step = 0; step < most_steps; ++step) {
        const auto found = std::ranges::find(all, name, &Domain::name);
        if (found == all.end()) {
            throw Error(Code::not_found, "there is no qube " + name.text(), "run `qvm-ls` to see the qubes");
        }
        if (found->kind != "AppVM" && found->kind != "DispVM") {
            const auto updated = client_.find({"admin.vm.feature.Get", update_feature, name.text()}, not_set);
            return OutsideRoot{name, found->uuid, updated.value_or("")};
        }
        const auto from = client_.call({"admin.vm.property.Get", "template", name.text()});
        name = with_context(name.text(), [&] { return parse_qube_property(from); });
    }
    throw Error(Code::corrupt, "the templates of " + qube.text() + " go on without an end");
}

std::string QubesHypervisor::describe_root(const QubeName& root)
{
    if (!require(root).answers()) {
        throw Error(Code::conflict, root.text() + " does not run, and cannot say what it is made of",
                    "start it: qvm-start " + root.text());
    }
    return ask_for_description(options_.qrexec_client, root);
}

void QubesHypervisor::name_base(const QubeName& root, const BaseId& base)
{
    client_.call({"admin.vm.feature.Set", base_feature, root.text(), base.text()});
}

} // namespace qpkg::qubes
