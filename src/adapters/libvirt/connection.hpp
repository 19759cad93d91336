// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

struct _virConnect;
struct _virDomain;

namespace qpkg::libvirt {

/// The calls of libvirt that we make; connects at the first one. What cannot be called in libvirt's test driver is
/// virtual. Errors: not_found for a domain that is gone, unsupported, conflict for what its state does not allow, else
/// failed, with libvirt's own words.
class Connection {
public:
    explicit Connection(std::string uri);
    virtual ~Connection();

    /// Names of the domains that stay when they end, ascending.
    std::vector<std::string> names();
    bool exists(const std::string& name);
    bool is_running(const std::string& name);

    std::string next_xml(const std::string& name); ///< what the next start gets, with its secrets
    std::string live_xml(const std::string& name); ///< error conflict when it does not run

    void define(const std::string& xml);
    void undefine(const std::string& name);
    void start(const std::string& name);
    /// Asks its system to; returns at once.
    void shut_down(const std::string& name);
    void set_live_metadata(const std::string& name, const std::string& element, const std::string& uri);

    /// On a running domain; the device is an element of <devices>.
    virtual void plug(const std::string& name, const std::string& device);
    /// Asks the guest to let go of the device: it is gone when the domain's XML says so.
    virtual void unplug(const std::string& name, const std::string& device);
    /// Whether machines can run on the processor itself.
    virtual bool offers_kvm(const std::string& emulator);

protected:
    struct Close {
        void operator()(_virConnect* connection) const;
    };
    struct Free {
        void operator()(_virDomain* domain) const;
    };
    using Domain = std::unique_ptr<_virDomain, Free>;

    _virConnect* open();
    Domain find(const std::string& name); ///< empty when there is none
    Domain require(const std::string& name);

private:
    std::string uri_;
    std::unique_ptr<_virConnect, Close> connection_;
};

} // namespace qpkg::libvirt
