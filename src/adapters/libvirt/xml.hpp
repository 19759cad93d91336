// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct _xmlDoc;
struct _xmlNode;

namespace qpkg::libvirt {

/// `text` for a place between quotes or tags.
std::string xml_escaped(std::string_view text);

/// An element of an XmlDocument, which must outlive it.
class XmlElement {
public:
    explicit XmlElement(_xmlNode* node) : node_(node) {}

    std::string text() const;                             ///< all text in it
    std::string attribute(const std::string& name) const; ///< empty when there is none
    std::string xml() const;                              ///< itself
    /// Relative to it: "driver/@name" finds nothing, "source" the child.
    std::vector<XmlElement> find(const std::string& path) const;

    void set_text(const std::string& text);
    void add(const std::string& fragment); ///< at its end; Error bug when it is not well-formed
    void remove();                         ///< with everything in it; the element must not be used any more

private:
    _xmlNode* node_;
};

/// XML as libvirt writes it: without a DTD; nothing outside of the text is read.
class XmlDocument {
public:
    /// Error corrupt.
    explicit XmlDocument(std::string_view text);

    /// By an XPath, such as "/domain/devices/disk".
    std::vector<XmlElement> find(const std::string& path) const;
    std::string text() const;

private:
    struct Free {
        void operator()(_xmlDoc* document) const;
    };
    std::unique_ptr<_xmlDoc, Free> document_;
};

} // namespace qpkg::libvirt
