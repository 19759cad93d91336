// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/places.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <fstream>

using namespace qpkg;
using namespace qpkg::local;

namespace {

namespace fs = std::filesystem;

const auto work = QubeName::require("work");
const PlaceRecord record{{PlacedVolume::State::shown,
                          "loop1",
                          "tag",
                          {AppId::require("org.example.one"), "1.0-1", *VolumeId::from_hex(std::string(64, '1'))}}};

const auto base = *VolumeId::from_hex(std::string(64, '9'));
const NewPlace::Content content{base, record};

} // namespace

TEST_CASE("a place is found when it is whole, and as long as somebody holds it")
{
    const files::TemporaryDirectory directory(fs::temp_directory_path());
    const Places places(directory.path());
    {
        NewPlace place(places, work, content);
        CHECK(!places.is_running(work));
        CHECK(!places.connect(work));
        CHECK(places.running().empty());

        place.publish();

        CHECK(places.is_running(work));
        CHECK(places.record(work) == record);
        CHECK(places.connect(work));
        CHECK(places.running() == std::vector<Attachment>{{.qube = work, .slots = all_slots(record), .base = base}});
    }
    CHECK(!places.is_running(work));
    CHECK(places.running().empty());
    CHECK(fs::exists(places.path(work)));

    places.clear_dead();
    CHECK(!fs::exists(places.path(work)));
}

TEST_CASE("a place that does not become one leaves nothing, and what a killed one left is in nobody's way")
{
    const files::TemporaryDirectory directory(fs::temp_directory_path());
    const Places places(directory.path());
    {
        const NewPlace unpublished(places, work, content);
    }
    CHECK(fs::is_empty(directory.path()));
    fs::create_directories(places.path(work));
    std::ofstream(places.path(work) / "volumes") << "rest";

    places.clear(work);
    NewPlace(places, work, content).publish();

    CHECK(places.record(work) == std::nullopt); // it ended with its lock
}

TEST_CASE("a folder that somebody else removes at the same time is removed")
{
    CHECK_NOTHROW(remove_place("/nowhere/at/all"));
}
