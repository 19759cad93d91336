// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/activation.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

const Attachment* find(const std::vector<Attachment>& attachments, const QubeName& qube)
{
    const auto found = std::find_if(attachments.begin(), attachments.end(),
                                    [&](const Attachment& attachment) { return attachment.qube == qube; });
    return found == attachments.end() ? nullptr : &*found;
}

bool holds(const Attachment& attachment, const VolumeSlot& slot)
{
    return std::find(attachment.slots.begin(), attachment.slots.end(), slot) != attachment.slots.end();
}

} // namespace

std::vector<Attachment> wanted_attachments(const Snapshot& snapshot)
{
    std::vector<Attachment> attachments;
    for (const auto& qube : snapshot.qubes) {
        Attachment attachment{qube.name, {}};
        for (const auto& binding : qube.current_generation().bindings) {
            const auto& release = snapshot.release(binding.release).release;
            attachment.slots.push_back({release.app, release.version, release.view, release.volume.root});
        }
        attachments.push_back(std::move(attachment));
    }
    return attachments;
}

Activation plan_activation(const Snapshot& snapshot, const Live& live)
{
    Activation activation;
    for (const auto& wanted : wanted_attachments(snapshot)) {
        const auto* set = find(live.wanted, wanted.qube);
        if (set == nullptr) {
            const auto& base = snapshot.find_qube(wanted.qube)->base_volume;
            if (!live.makes_qubes || !base) {
                activation.vanished.push_back(wanted.qube);
                continue;
            }
            activation.create.push_back({wanted.qube, *base});
        }
        if (set == nullptr || *set != wanted) {
            activation.set_wanted.push_back(wanted);
        }
        for (const auto& [disposable, of] : live.disposables) {
            const auto* has = find(live.attached, disposable);
            if (of == wanted.qube && has != nullptr && *has != Attachment{disposable, wanted.slots}) {
                activation.outdated_disposables.push_back({disposable, of});
            }
        }
        bool outdated = false;
        for (const auto& attached : live.attached) {
            if (attached.qube != wanted.qube || attached == wanted) {
                continue;
            }
            if (!live.hot_attach) {
                outdated = true;
                continue;
            }
            for (const auto& slot : attached.slots) {
                if (!holds(wanted, slot)) {
                    activation.detach.push_back({wanted.qube, slot});
                }
            }
            for (const auto& slot : wanted.slots) {
                if (!holds(attached, slot)) {
                    activation.attach.push_back({wanted.qube, slot});
                }
            }
        }
        if (outdated) {
            activation.outdated.push_back(wanted.qube);
        }
    }
    return activation;
}

} // namespace qpkg::plan
