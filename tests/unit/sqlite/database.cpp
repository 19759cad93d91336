// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/database.hpp"

#include "adapters/sqlite/connection.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include "qpkg/core/files.hpp"

#include <fcntl.h>

#include <map>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

struct Scratch {
    files::TemporaryDirectory directory{std::filesystem::temp_directory_path()};
    std::filesystem::path file = directory.path() / "state.db";
};

/// What the database can know of a snapshot: everything but the stores' content.
Snapshot rows_of(Snapshot snapshot)
{
    snapshot.commits.clear();
    snapshot.details.clear();
    snapshot.volumes.clear();
    return snapshot;
}

void fill(StateDb& db, const Snapshot& snapshot)
{
    std::vector<Change> changes;
    for (const auto& repository : snapshot.repositories) {
        changes.emplace_back(SetRepository{repository});
    }
    for (const auto& [id, release] : snapshot.releases) {
        changes.emplace_back(LearnRelease{release});
    }
    for (const auto& base : snapshot.bases) {
        changes.emplace_back(SetBase{base});
    }
    for (const auto& adopted : snapshot.adopted) {
        changes.emplace_back(AdoptBase{adopted});
    }
    for (const auto& qube : snapshot.qubes) {
        changes.emplace_back(CreateQube{qube});
    }
    db.commit(changes);
}

const auto work = QubeName::require("work");
const BaseBinding debian{BaseId::require("debian-12"), CommitId(sha256("base"))};

} // namespace

TEST_CASE("what was committed is read back, also by the next process")
{
    const Scratch scratch;
    auto snapshot = with_installed(a_snapshot(), "work", {a_known_release()});
    snapshot.qubes[1].layout = Layout::composed;
    auto& generation = snapshot.qubes[1].generations.back();
    generation.composed = VolumeId(sha256("composed"));
    generation.base.held = true;
    generation.bindings.front().own_base = CommitId(sha256("base"));
    snapshot.bases.front().release = a_known_release().id;
    snapshot.bases.front().details = sha256("details");
    snapshot.bases.front().packages = {{"libc6", "2.36", "amd64", sha256("libc6")}};
    generation.bindings.front().since = 1;
    generation.bindings.front().services = {{"a.service"}, {"b.service", ServiceRights::own}};
    generation.holders = {{{ExportKind::command, "hello"}, AppId::require("org.example.hello")},
                          {{ExportKind::desktop, "hello"}, AppId::require("org.example.other")}};
    generation.aliases = {{AppId::require("org.example.other"), {ExportKind::command, "hello"}, "hello-2"}};
    generation.own = {{AppId::require("org.example.other"), {ExportKind::command, "hello"}, ""},
                      {AppId::require("org.example.hello"), {ExportKind::command, "ls"}, "/usr/bin/ls"}};
    snapshot.adopted = {
        {QubeName::require("minimal"), "uuid", BaseId::require("debian-12"), 2, sha256("said"), 7, "u"}};
    {
        sqlite::Database db(scratch.file);
        fill(db, snapshot);
        CHECK((db.snapshot() == rows_of(snapshot)));
    }

    CHECK((sqlite::Database(scratch.file).snapshot() == rows_of(snapshot)));
}

TEST_CASE("a database of qpkg 0.1 is refused in one sentence and left as it is")
{
    const Scratch scratch;
    {
        const sqlite::Database db(scratch.file);
    }
    sqlite::Connection(scratch.file).execute("PRAGMA user_version = 3");

    CHECK_FAILS(Code::unsupported, "made by qpkg 0.1", sqlite::Database(scratch.file));

    CHECK_FAILS(Code::unsupported, "made by qpkg 0.1", sqlite::Database(scratch.file));
}

TEST_CASE("a stale plan changes nothing at all")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    fill(db, a_snapshot());
    const std::vector<Change> stale{LearnRelease{a_known_release()}, AdvanceQube{work, 7, {8, 1, "late", debian, {}}}};

    CHECK_FAILS(Code::conflict, "no longer at generation 7", db.commit(stale));

    CHECK((db.snapshot() == rows_of(a_snapshot())));
}

TEST_CASE("a binding to a release that is not known is refused")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    fill(db, a_snapshot());
    const auto hello = a_known_release();
    const std::vector<Change> changes{AdvanceQube{work, 0, {1, 1, "x", debian, {{hello.release.app, hello.id}}}}};

    CHECK_FAILS(Code::conflict, "FOREIGN KEY", db.commit(changes));
}

TEST_CASE("releases of one base stand side by side, and one that a generation names stays")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    auto snapshot = a_snapshot();
    snapshot.bases.push_back(snapshot.bases.front());
    auto& newer = snapshot.bases.back();
    newer.commit = CommitId(sha256("newer base"));
    newer.number = 2;
    fill(db, snapshot);
    CHECK((db.snapshot() == rows_of(snapshot)));
    CHECK(db.snapshot().find_base(debian.id)->commit == newer.commit);

    const std::vector<Change> named{RemoveBase{*debian.commit}};
    CHECK_FAILS(Code::conflict, "FOREIGN KEY", db.commit(named));
    const std::vector<Change> unnamed{RemoveBase{newer.commit}};
    db.commit(unnamed);
    CHECK((db.snapshot() == rows_of(a_snapshot())));
}

TEST_CASE("a generation of a base that is not known is refused")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    fill(db, a_snapshot());
    const BaseBinding unknown{debian.id, CommitId(sha256("unknown"))};
    const std::vector<Change> changes{AdvanceQube{work, 0, {1, 1, "x", unknown, {}}}};

    CHECK_FAILS(Code::conflict, "FOREIGN KEY", db.commit(changes));
}

TEST_CASE("bad input 64: a file that is no database is refused and left as it is")
{
    const Scratch scratch;
    const std::string junk(8192, 'x');
    files::write(scratch.file, junk);

    CHECK_FAILS(Code::corrupt, "database", sqlite::Database(scratch.file));

    CHECK(files::read(scratch.file, 10'000) == junk);
}

TEST_CASE("bad input 64: a database of a newer qpkg is refused")
{
    const Scratch scratch;
    {
        const sqlite::Database db(scratch.file);
    }
    sqlite::Connection(scratch.file).execute("PRAGMA user_version = 99");

    CHECK_FAILS(Code::unsupported, "has version 99", sqlite::Database(scratch.file));
}

TEST_CASE("a repository that is removed takes its trusted metadata along, its releases stay")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    fill(db, with_installed(a_snapshot(), "work", {a_known_release()}));
    const auto demo = RepoName::require("demo");
    db.accept(demo, {"root", 1, "bytes"});
    const Change removal = RemoveRepository{demo};

    db.commit({&removal, 1});

    CHECK_FALSE(db.trusted(demo, "root").has_value());
    CHECK(db.snapshot().repositories.empty());
    CHECK(db.snapshot().releases.size() == 1);
}

TEST_CASE("an app stays with the repository that it was first installed from")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    const auto first = a_known_release();
    fill(db, a_snapshot());
    db.commit(std::vector<Change>{LearnRelease{first}});
    CHECK_FALSE(db.pinned(first.release.app).has_value());

    const auto installed = [&](const KnownRelease& release, std::uint64_t planned_on) {
        const Binding binding{release.release.app, release.id, false};
        db.commit(std::vector<Change>{
            LearnRelease{release}, AdvanceQube{work, planned_on, {planned_on + 1, 1, "install", debian, {binding}}}});
    };
    auto second = first;
    second.id = ManifestId(sha256("another manifest"));
    second.repo = RepoName::require("other");
    installed(first, 0);
    installed(second, 1);

    const Change removal = RemoveRepository{first.repo};
    db.commit({&removal, 1});
    CHECK(db.pinned(first.release.app) == first.repo);
    CHECK_FALSE(db.pinned(AppId::require("org.example.nobody")).has_value());

    const Change forgetting = RemoveQube{work};
    db.commit({&forgetting, 1});
    CHECK_FALSE(db.pinned(first.release.app).has_value());
}

TEST_CASE("the signed time only rises")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    const auto demo = RepoName::require("demo");

    db.raise_issued(demo, 50);
    db.raise_issued(demo, 40);

    CHECK(db.newest_issued(demo) == 50);
}

TEST_CASE("a reader sees what a writer left, and leaves the folder as it is")
{
    const Scratch scratch;
    const auto snapshot = with_installed(a_snapshot(), "work", {a_known_release()});
    {
        sqlite::Database db(scratch.file);
        fill(db, snapshot);
    }
    const auto entries = [&] {
        std::map<std::string, std::filesystem::file_time_type> found;
        for (const auto& entry : std::filesystem::directory_iterator(scratch.directory.path())) {
            found.emplace(entry.path().filename().string(), entry.last_write_time());
        }
        return found;
    };
    const auto before = entries();

    CHECK((sqlite::Database(scratch.file, sqlite::Access::read).snapshot() == rows_of(snapshot)));

    CHECK(entries() == before);
}

TEST_CASE("a reader sees what a writer that is still there has committed")
{
    const Scratch scratch;
    sqlite::Database writer(scratch.file);
    fill(writer, a_snapshot());

    CHECK((sqlite::Database(scratch.file, sqlite::Access::read).snapshot() == rows_of(a_snapshot())));
}

TEST_CASE("a database that came without what SQLite keeps beside it can be read")
{
    const Scratch scratch;
    {
        sqlite::Database db(scratch.file);
        fill(db, a_snapshot());
    }
    std::filesystem::remove(scratch.file.string() + "-wal");
    std::filesystem::remove(scratch.file.string() + "-shm");

    CHECK((sqlite::Database(scratch.file, sqlite::Access::read).snapshot() == rows_of(a_snapshot())));
    CHECK(!std::filesystem::exists(scratch.file.string() + "-shm"));
}

TEST_CASE("what a writer committed before it was killed can be read, wherever it was in the index of its pages")
{
    const Scratch scratch;
    sqlite::Database writer(scratch.file);
    fill(writer, a_snapshot());
    for (const std::size_t torn : {8U, 32U, 48U, 96U, 136U, 4096U}) {
        const Scratch killed;
        for (const auto* part : {"", "-wal", "-shm"}) {
            std::filesystem::copy_file(scratch.file.string() + part, killed.file.string() + part);
        }
        const auto index = files::read(killed.file.string() + "-shm", 1U << 20U);
        files::write(killed.file.string() + "-shm", std::string(torn, '\xff') + index.substr(torn));

        CHECK((sqlite::Database(killed.file, sqlite::Access::read).snapshot() == rows_of(a_snapshot())));
    }
}

TEST_CASE("a writer that was killed when it had begun its pages keeps nobody from reading")
{
    const Scratch other;
    sqlite::Database writer(other.file);
    fill(writer, a_snapshot());
    const auto begun = files::read(other.file.string() + "-wal", 1U << 24U).substr(0, 32);
    const Scratch scratch;
    {
        sqlite::Database db(scratch.file);
        fill(db, a_snapshot());
    }
    files::write(scratch.file.string() + "-wal", begun);

    CHECK((sqlite::Database(scratch.file, sqlite::Access::read).snapshot() == rows_of(a_snapshot())));
    std::filesystem::remove(scratch.file.string() + "-shm");
    CHECK((sqlite::Database(scratch.file, sqlite::Access::read).snapshot() == rows_of(a_snapshot())));
}

TEST_CASE("to a reader, a database that is absent or empty has no rows, and stays so")
{
    const Scratch scratch;
    CHECK(sqlite::Database(scratch.file, sqlite::Access::read).snapshot().qubes.empty());
    CHECK(!std::filesystem::exists(scratch.file));

    files::write(scratch.file, "");
    CHECK(sqlite::Database(scratch.file, sqlite::Access::read).snapshot().qubes.empty());
    CHECK(std::filesystem::file_size(scratch.file) == 0);
}

TEST_CASE("a reader writes nothing")
{
    const Scratch scratch;
    {
        const sqlite::Database db(scratch.file);
    }
    sqlite::Database reader(scratch.file, sqlite::Access::read);

    CHECK_FAILS(Code::failed, "readonly", fill(reader, a_snapshot()));
}

TEST_CASE("a reader has nothing open to write, SQLite's index neither")
{
    const Scratch scratch;
    {
        const sqlite::Database db(scratch.file);
    }
    const sqlite::Database reader(scratch.file, sqlite::Access::read);
    reader.snapshot();

    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code closed; // the iterator's own
        const auto target = std::filesystem::read_symlink(entry, closed).string();
        if (!target.starts_with(scratch.file.string()) || target.ends_with("-wal")) { // SQLite always opens that so
            continue;
        }
        const auto mode = ::fcntl(std::stoi(entry.path().filename().string()), F_GETFL) & O_ACCMODE;
        CHECK_MESSAGE(mode == O_RDONLY, target);
        ++seen;
    }
    CHECK(seen == 2);
}

TEST_CASE("nothing of a closed database lies beside it, so that an older copy can take its place")
{
    const Scratch scratch;
    {
        sqlite::Database db(scratch.file);
        fill(db, a_snapshot());
    }

    CHECK(std::filesystem::file_size(scratch.file.string() + "-wal") == 0);
}

TEST_CASE("a path with characters that mean something in a URI is a path")
{
    const Scratch scratch;
    const auto file = scratch.directory.path() / "a?b#c%41.db";
    {
        sqlite::Database db(file);
        fill(db, a_snapshot());
    }

    CHECK((sqlite::Database(file, sqlite::Access::read).snapshot() == rows_of(a_snapshot())));
}

TEST_CASE("what a root said is replaced by its next word, and forgotten alone")
{
    const Scratch scratch;
    sqlite::Database db(scratch.file);
    const AdoptedBase minimal{QubeName::require("minimal"), "a", BaseId::require("debian-12"), 1, sha256("1"), 1, ""};
    auto fedora = minimal;
    fedora.root = QubeName::require("fedora");
    auto later = minimal;
    later.details = sha256("2");
    const std::vector<Change> said{AdoptBase{minimal}, AdoptBase{fedora}, AdoptBase{later}};
    db.commit(said);
    CHECK((db.snapshot().adopted == std::vector<AdoptedBase>{fedora, later}));
    const Change forgotten = ForgetAdopted{fedora.root};
    db.commit({&forgotten, 1});
    CHECK((db.snapshot().adopted == std::vector<AdoptedBase>{later}));
}
