// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/state.hpp"

#include <algorithm>

namespace qpkg {

std::string release_word(const Base& base) { return 'r' + std::to_string(base.number); }

std::string release_name(const Base& base)
{
    const auto& id = base.id.text();
    return id.substr(id.rfind('.') + 1) + ' ' + release_word(base);
}

const Generation& Qube::current_generation() const
{
    const auto found = std::find_if(generations.begin(), generations.end(),
                                    [&](const Generation& generation) { return generation.number == current; });
    if (found == generations.end()) {
        throw Error(Code::corrupt, "qube " + name.text() + ": its current generation " + std::to_string(current) +
                                       " is not in the database");
    }
    return *found;
}

const Qube* Snapshot::find_qube(const QubeName& name) const
{
    const auto found = std::find_if(qubes.begin(), qubes.end(), [&](const Qube& qube) { return qube.name == name; });
    return found == qubes.end() ? nullptr : &*found;
}

const Base* Snapshot::find_base(const BaseId& id) const
{
    const auto found = std::find_if(bases.rbegin(), bases.rend(), [&](const Base& base) { return base.id == id; });
    return found == bases.rend() ? nullptr : &*found;
}

const Base* Snapshot::find_base(const CommitId& commit) const
{
    const auto found = std::ranges::find(bases, commit, &Base::commit);
    return found == bases.end() ? nullptr : &*found;
}

const Base* Snapshot::base_of(const BaseBinding& binding) const
{
    const auto* base = binding.commit ? find_base(*binding.commit) : nullptr;
    if (binding.commit && base == nullptr) {
        throw Error(Code::corrupt, "base " + binding.id.text() + ", commit " + binding.commit->hex() +
                                       ", is named by a generation but not in the database");
    }
    return base;
}

const KnownRelease& Snapshot::release(const ManifestId& id) const
{
    const auto found = releases.find(id);
    if (found == releases.end()) {
        throw Error(Code::corrupt, "release " + id.hex() + " is bound but not in the database");
    }
    return found->second;
}

} // namespace qpkg
