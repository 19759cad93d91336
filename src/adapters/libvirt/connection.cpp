// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/connection.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <algorithm>
#include <cstdlib>

namespace qpkg::libvirt {
namespace {

Code code_of(int error)
{
    switch (error) {
    case VIR_ERR_NO_DOMAIN:
        return Code::not_found;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
        return Code::unsupported;
    case VIR_ERR_OPERATION_INVALID:
    case VIR_ERR_DOM_EXIST:
        return Code::conflict;
    default:
        return Code::failed;
    }
}

Error last_error(const std::string& action, const std::string& hint = {})
{
    const auto* error = virGetLastError();
    if (error == nullptr || error->message == nullptr) {
        return {Code::failed, action + ": libvirt gives no reason", hint};
    }
    return {code_of(error->code), action + ": " + text::escaped(error->message, 400), hint};
}

void check(int result, const std::string& action)
{
    if (result < 0) {
        throw last_error(action);
    }
}

std::string taken(char* text, const std::string& action)
{
    if (text == nullptr) {
        throw last_error(action);
    }
    const std::unique_ptr<char, void (*)(void*)> owned(text, std::free);
    return text;
}

/// libvirt would print each error on its own.
void be_silent(void*, virErrorPtr) {}

} // namespace

void Connection::Close::operator()(_virConnect* connection) const { virConnectClose(connection); }
void Connection::Free::operator()(_virDomain* domain) const { virDomainFree(domain); }

Connection::Connection(std::string uri) : uri_(std::move(uri)) {}
Connection::~Connection() = default;

_virConnect* Connection::open()
{
    if (!connection_) {
        virSetErrorFunc(nullptr, be_silent);
        connection_.reset(virConnectOpen(uri_.c_str()));
        if (!connection_) {
            throw last_error("connect to libvirt at " + uri_,
                             "is libvirtd running? `systemctl start libvirtd` starts it; /etc/qpkg/libvirt.toml says "
                             "where it is");
        }
    }
    return connection_.get();
}

Connection::Domain Connection::find(const std::string& name)
{
    Domain domain(virDomainLookupByName(open(), name.c_str()));
    const auto* error = virGetLastError();
    if (!domain && (error == nullptr || error->code != VIR_ERR_NO_DOMAIN)) {
        throw last_error("look for the domain " + name);
    }
    return domain;
}

Connection::Domain Connection::require(const std::string& name)
{
    if (auto domain = find(name)) {
        return domain;
    }
    throw Error(Code::not_found, "libvirt has no domain " + name);
}

std::vector<std::string> Connection::names()
{
    virDomainPtr* listed = nullptr;
    const auto count = virConnectListAllDomains(open(), &listed, VIR_CONNECT_LIST_DOMAINS_PERSISTENT);
    check(count, "list libvirt's domains");
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
        const Domain domain(listed[i]);
        names.emplace_back(virDomainGetName(domain.get()));
    }
    std::free(listed);
    std::ranges::sort(names);
    return names;
}

bool Connection::exists(const std::string& name) { return find(name) != nullptr; }

bool Connection::is_running(const std::string& name)
{
    const auto domain = find(name);
    return domain && virDomainIsActive(domain.get()) == 1;
}

std::string Connection::next_xml(const std::string& name)
{
    const auto domain = require(name);
    return taken(virDomainGetXMLDesc(domain.get(), VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE),
                 "read the domain " + name);
}

std::string Connection::live_xml(const std::string& name)
{
    const auto domain = require(name);
    auto xml = taken(virDomainGetXMLDesc(domain.get(), 0), "read the domain " + name);
    // Only afterwards: what was read of a domain that has ended meanwhile is that of its next start.
    if (virDomainIsActive(domain.get()) != 1) {
        throw Error(Code::conflict, name + " is not running");
    }
    return xml;
}

void Connection::define(const std::string& xml)
{
    const Domain domain(virDomainDefineXML(open(), xml.c_str()));
    if (!domain) {
        throw last_error("define a domain");
    }
}

void Connection::undefine(const std::string& name)
{
    const auto domain = find(name);
    if (domain) {
        check(virDomainUndefineFlags(domain.get(),
                                     VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA),
              "remove the domain " + name);
    }
}

void Connection::start(const std::string& name)
{
    const auto domain = require(name);
    check(virDomainCreate(domain.get()), "start " + name);
}

void Connection::shut_down(const std::string& name)
{
    const auto domain = require(name);
    check(virDomainShutdown(domain.get()), "stop " + name);
}

void Connection::set_live_metadata(const std::string& name, const std::string& element, const std::string& uri)
{
    const auto domain = require(name);
    check(virDomainSetMetadata(domain.get(), VIR_DOMAIN_METADATA_ELEMENT, element.c_str(), "qpkg", uri.c_str(),
                               VIR_DOMAIN_AFFECT_LIVE),
          "set the metadata of " + name);
}

void Connection::plug(const std::string& name, const std::string& device)
{
    const auto domain = require(name);
    check(virDomainAttachDeviceFlags(domain.get(), device.c_str(), VIR_DOMAIN_AFFECT_LIVE), "attach a disk to " + name);
}

void Connection::unplug(const std::string& name, const std::string& device)
{
    const auto domain = require(name);
    check(virDomainDetachDeviceFlags(domain.get(), device.c_str(), VIR_DOMAIN_AFFECT_LIVE),
          "detach a disk from " + name);
}

bool Connection::offers_kvm(const std::string& emulator)
{
    char* text = virConnectGetDomainCapabilities(open(), emulator.empty() ? nullptr : emulator.c_str(), nullptr,
                                                 nullptr, "kvm", 0);
    std::free(text);
    return text != nullptr;
}

} // namespace qpkg::libvirt
