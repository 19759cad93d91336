// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/domain_xml.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What a domain is given is what is read of it afterwards, whatever else it holds; or it is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg;
    using namespace qpkg::libvirt;
    static const auto root = *VolumeId::from_hex(std::string(64, 'b'));
    static const std::vector<VolumeSlot> slots{
        {AppId::require("org.example.one"), "1.0", *VolumeId::from_hex(std::string(64, '1'))}};
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    try {
        read_domain(xml);
        const auto changed = with_equipment(xml, {"/store", root, "/announced", slots},
                                            [](const VolumeId& volume) { return "/volumes/" + volume.hex(); });
        const auto view = read_domain(changed);
        if (view.store != "/store" || view.base != root || view.slots != slots || view.announced() != "/announced") {
            std::abort();
        }
    } catch (const Error& error) {
        if (error.code() == Code::bug) {
            std::abort();
        }
    }
    return 0;
}
