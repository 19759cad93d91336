// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/xml.hpp"

#include "qpkg/core/error.hpp"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>

namespace qpkg::libvirt {
namespace {

constexpr int quietly = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS;

const xmlChar* to_xml(const std::string& text) { return reinterpret_cast<const xmlChar*>(text.c_str()); }

std::string taken(xmlChar* text)
{
    const std::unique_ptr<xmlChar, void (*)(void*)> owned(text, xmlFree);
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

std::vector<XmlElement> found_at(xmlDoc* document, xmlNode* start, const std::string& path)
{
    const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)> context(xmlXPathNewContext(document),
                                                                                   xmlXPathFreeContext);
    if (!context) {
        throw std::bad_alloc();
    }
    context->node = start;
    const std::unique_ptr<xmlXPathObject, decltype(&xmlXPathFreeObject)> result(
        xmlXPathEvalExpression(to_xml(path), context.get()), xmlXPathFreeObject);
    if (!result) {
        throw Error(Code::bug, "\"" + path + "\" is no path in a document");
    }
    std::vector<XmlElement> elements;
    const auto* nodes = result->nodesetval;
    for (int i = 0; nodes != nullptr && i < nodes->nodeNr; ++i) {
        if (nodes->nodeTab[i]->type == XML_ELEMENT_NODE) {
            elements.emplace_back(nodes->nodeTab[i]);
        }
    }
    return elements;
}

} // namespace

std::string xml_escaped(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '\'':
            escaped += "&apos;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            escaped += c;
        }
    }
    return escaped;
}

std::string XmlElement::text() const { return taken(xmlNodeGetContent(node_)); }

std::string XmlElement::attribute(const std::string& name) const { return taken(xmlGetProp(node_, to_xml(name))); }

std::string XmlElement::xml() const
{
    const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> buffer(xmlBufferCreate(), xmlBufferFree);
    if (!buffer || xmlNodeDump(buffer.get(), node_->doc, node_, 0, 0) < 0) {
        throw std::bad_alloc();
    }
    return reinterpret_cast<const char*>(xmlBufferContent(buffer.get()));
}

std::vector<XmlElement> XmlElement::find(const std::string& path) const { return found_at(node_->doc, node_, path); }

void XmlElement::set_text(const std::string& text) { xmlNodeSetContent(node_, to_xml(xml_escaped(text))); }

void XmlElement::add(const std::string& fragment)
{
    xmlNode* added = nullptr;
    if (xmlParseInNodeContext(node_, fragment.data(), static_cast<int>(fragment.size()), quietly, &added) !=
        XML_ERR_OK) {
        xmlFreeNodeList(added);
        throw Error(Code::bug, "not well-formed: " + fragment);
    }
    xmlAddChildList(node_, added);
}

void XmlElement::remove()
{
    xmlUnlinkNode(node_);
    xmlFreeNode(node_);
    node_ = nullptr;
}

void XmlDocument::Free::operator()(_xmlDoc* document) const { xmlFreeDoc(document); }

XmlDocument::XmlDocument(std::string_view text)
    : document_(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, quietly))
{
    if (!document_ || xmlDocGetRootElement(document_.get()) == nullptr) {
        throw Error(Code::corrupt, "not well-formed XML");
    }
}

std::vector<XmlElement> XmlDocument::find(const std::string& path) const
{
    return found_at(document_.get(), xmlDocGetRootElement(document_.get()), path);
}

std::string XmlDocument::text() const
{
    xmlChar* bytes = nullptr;
    int size = 0;
    xmlDocDumpFormatMemory(document_.get(), &bytes, &size, 1);
    return taken(bytes);
}

} // namespace qpkg::libvirt
