// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/error.hpp"
#include "qpkg/ports/hypervisor.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace qpkg::testing {

/// Qubes in memory: obeys the contract of the port (tests/contract/hypervisor.cpp).
class FakeHypervisor : public Hypervisor, public QubeRunner {
public:
    explicit FakeHypervisor(Capabilities capabilities = {.hot_attach = true, .max_slots = 26})
        : capabilities_(capabilities)
    {
    }

    Capabilities capabilities() const override { return capabilities_; }

    std::vector<RunningQube> qubes() override
    {
        std::vector<RunningQube> all;
        for (const auto& [name, qube] : qubes_) {
            all.push_back({name, qube.attached.has_value()});
        }
        return all;
    }

    std::vector<Attachment> wanted() override
    {
        std::vector<Attachment> all;
        for (const auto& [name, qube] : qubes_) {
            all.push_back({.qube = name, .slots = qube.wanted, .base = qube.base});
        }
        return all;
    }

    std::vector<Attachment> attached() override
    {
        std::vector<Attachment> all;
        for (const auto& [name, qube] : qubes_) {
            if (qube.attached) {
                all.push_back({.qube = name, .slots = *qube.attached, .base = qube.running_base});
            }
        }
        return all;
    }

    void create(const QubeName& name, const VolumeId& base) override
    {
        fail_if_told();
        changes += qubes_.try_emplace(name, Entry{.base = base, .running_base = base}).second ? 1 : 0;
    }

    void remove(const QubeName& name) override
    {
        fail_if_told();
        const auto qube = qubes_.find(name);
        if (qube == qubes_.end()) {
            return;
        }
        if (qube->second.attached) {
            throw Error(Code::conflict, "remove the qube " + name.text() + ": it is running");
        }
        qubes_.erase(qube);
        ++changes;
    }

    void set_wanted(const QubeName& name, std::span<const VolumeSlot> slots,
                    const std::optional<VolumeId>& base) override
    {
        fail_if_told();
        auto& qube = require(name);
        auto next = possible_slots(name, slots, capabilities_.max_slots);
        const auto next_base = base.value_or(qube.base);
        changes += next == qube.wanted && next_base == qube.base ? 0 : 1;
        qube.wanted = std::move(next);
        qube.base = next_base;
    }

    void attach(const QubeName& name, const VolumeSlot& slot) override
    {
        fail_if_told();
        auto& qube = require(name);
        if (!qube.attached) {
            throw Error(Code::conflict, name.text() + " is not running");
        }
        auto& slots = *qube.attached;
        if (std::find(slots.begin(), slots.end(), slot) != slots.end()) {
            return;
        }
        require_hot_attach();
        if (volumes_of(slots).size() >= capabilities_.max_slots) {
            throw Error(Code::conflict, name.text() + " has no room for " + slot.app.text());
        }
        // The apps of one volume come together.
        std::copy_if(qube.wanted.begin(), qube.wanted.end(), std::back_inserter(slots),
                     [&](const VolumeSlot& other) { return other.volume == slot.volume && other != slot; });
        slots.push_back(slot);
        std::sort(slots.begin(), slots.end());
        ++changes;
    }

    Detached detach(const QubeName& name, const VolumeSlot& slot) override
    {
        fail_if_told();
        auto& qube = require(name);
        if (!qube.attached || std::find(qube.attached->begin(), qube.attached->end(), slot) == qube.attached->end()) {
            return Detached::gone;
        }
        require_hot_attach();
        if (in_use.contains(slot.volume)) {
            return Detached::in_use;
        }
        std::erase_if(*qube.attached, [&](const VolumeSlot& other) { return other.volume == slot.volume; });
        ++changes;
        return Detached::gone;
    }

    void announce(const QubeName& name) override
    {
        fail_if_told();
        auto& qube = require(name);
        if (!qube.attached || !capabilities_.hot_attach) { // what cannot be told is heard at the next start
            return;
        }
        for (auto& slot : *qube.attached) {
            const auto told = std::find_if(qube.wanted.begin(), qube.wanted.end(),
                                           [&](const VolumeSlot& wanted) { return same_volume(slot, wanted); });
            changes += told != qube.wanted.end() && *told != slot ? 1 : 0;
            slot = told == qube.wanted.end() ? slot : *told;
        }
    }

    int run(const QubeName& name, const RunRequest& request) override
    {
        require(name);
        runs.push_back(request);
        return run_status;
    }

    /// As the user would: the qube gets what is wanted now.
    void start(const QubeName& name) override
    {
        auto& qube = require(name);
        qube.attached = qube.wanted;
        qube.running_base = qube.base;
    }
    void stop(const QubeName& name) override { require(name).attached.reset(); }
    VolumeId base_of(const QubeName& name) { return require(name).base; }

    int changes = 0;                ///< calls that changed something
    std::set<VolumeId> in_use;      ///< programs run from these
    std::optional<Error> fail_next; ///< what the next changing call throws, once
    std::vector<RunRequest> runs;
    int run_status = 0;

private:
    struct Entry {
        VolumeId base;
        VolumeId running_base; ///< where it runs
        std::vector<VolumeSlot> wanted{};
        std::optional<std::vector<VolumeSlot>> attached{}; ///< nothing: halted
    };

    Entry& require(const QubeName& name)
    {
        const auto qube = qubes_.find(name);
        if (qube == qubes_.end()) {
            throw Error(Code::not_found, "there is no qube " + name.text());
        }
        return qube->second;
    }

    void require_hot_attach() const
    {
        if (!capabilities_.hot_attach) {
            throw Error(Code::unsupported, "this backend changes volumes only at the next start");
        }
    }

    void fail_if_told()
    {
        if (const auto error = std::exchange(fail_next, std::nullopt)) {
            throw *error;
        }
    }

    Capabilities capabilities_;
    std::map<QubeName, Entry> qubes_;
};

} // namespace qpkg::testing
