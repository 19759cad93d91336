// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publication.hpp"
#include "signing/ostree_key.hpp"

/// What roles say beside what every TUF repository says.
namespace qpkg::app {

/// Stock clients learn from signed metadata which key signs our commits.
void Publication::tell_ostree_key()
{
    const auto key = ring_.public_key("ostree");
    auto& members = publisher_.role.header.extra;
    if (trust::ostree_key(members) != key) {
        members.insert_or_assign(std::string(trust::ostree_key_member), trust::ostree_key_text(key));
        publisher_.changed = true;
    }
}

/// Who is to trust the root hears that its keys lie open. Whoever signs it elsewhere keeps them otherwise.
void Publication::tell_open_keys()
{
    if (!root_.changed) {
        return;
    }
    auto& members = root_.role.header.extra;
    if (ring_.is_open() && ring_.can_sign(root_.role.root)) {
        members.insert_or_assign(std::string(tuf::keys_member), std::string(tuf::keys_without_passphrase));
    } else {
        members.erase(std::string(tuf::keys_member));
    }
}

} // namespace qpkg::app
