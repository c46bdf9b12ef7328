#!/usr/bin/python3
# SPDX-License-Identifier: MulanPSL-2.0
"""A superuser of the database, constraints off, ledger entries in perfect order, every signature that was ever made at
hand, but nobody's key: whatever is entered, altered or taken away, the next answers are what they were, or there is
none. Each thing is tried on a registry that follows live, and again when its view is built from the first entry."""
import concurrent.futures
import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from case_client import Case, People, Person, today  # noqa: E402
from forger import Forger, hexadecimal, packed_inputs, sha256  # noqa: E402
from registry import ORIGIN, SAMPLE, TOP, Registry, check, finish, wait_until  # noqa: E402

PEOPLE = TOP / "tests" / "support" / "case-people.csv"
REGISTRIES = 3
FLIP = "set_byte({0}, 5, get_byte({0}, 5) # 1)"
LINES = ("result", "listing", "listing-since", "listing-until", "listing-published", "decision", "grade")
BEFORE_DECISION = ("open", "notice", "serve-notice", "legal-review", "discussion", "consent")


def enterprises(r, count):
    """So many enterprises without records, as (code, name)."""
    lines = (SAMPLE / "enterprises.csv").read_text().splitlines()[: 3 * count + 1]
    path = r.dir / "enterprises.csv"
    path.write_text("\n".join(lines) + "\n")
    r.import_file("enterprises", path)
    rows = [line.split(",") for line in lines[1:]]
    return [(row[0], row[2]) for row in rows if row[3] == "企业" and row[7] == "存续"][:count]


class Scene:
    """
    listed    published for a month
    ready     one step before the decision, which the officer has proposed; the superior's approval is made, not sent
    clean     never had a case
    early     notice served today: the hearing window is open
    turned    noticed by a proposal that was rejected
    """

    def __init__(self, r, people):
        self.r, self.people = r, people
        names = ("listed", "ready", "clean", "early", "turned")
        self.parties = dict(zip(names, enterprises(r, len(names))))
        self.before = None
        self.make_listed()
        self.make_ready()
        self.make_early()
        self.make_turned()
        # Made by people who were asked to sign in good faith, or who are in it together; the registry took none of them.
        elsewhere = Person(r.home, "officer", r.port, origin="credit.elsewhere.example")
        self.elsewhere = elsewhere.step_call(self.code("ready"), "statement", number=self.ready.number, fields=self.ready.values("statement"))
        self.statement = self.call("officer", "ready", "statement")
        self.statement_tried = self.call("officer", "ready", "statement", dry_run=True)
        self.decision_alone = self.call("officer", "ready", "decide")
        self.second_decision = self.call("officer", "ready", "decide", number="另一份决定")
        self.early_decision = self.call("officer", "early", "decide", case=self.early)
        self.revoked_statement = self.call("officer2", "ready", "statement")
        self.revoke("officer2")
        self.deputise("drug-superior", "regulator")
        self.answers_before = self.answers()

    # ------------------------------------------------------------ the story so far
    def code(self, which):
        return self.parties[which][0]

    def subject(self, which):
        return self.code(which)[8:17]

    def case(self, which, decided_on=None):
        return Case(self.people, *self.parties[which], decided_on=decided_on)

    def make_listed(self):
        self.listed = self.case("listed", str(today() - datetime.timedelta(days=60)))
        self.listed.take("open")
        self.listed.take("notice")
        self.before_service = int(self.r.sql("SELECT max(serial) FROM qcr.ledger")[0][0])
        self.listed.to("decided")
        self.decided = self.listed.serial
        self.decided_standing = self.r.sql(f"SELECT inputs, serial FROM qcr.standing WHERE subject = '{self.subject('listed')}'")[0]
        self.listed.to("published")

    def make_ready(self):
        self.ready = self.case("ready", str(today() - datetime.timedelta(days=30)))
        for action in BEFORE_DECISION:
            self.ready.take(action)
        self.ready.take("statement")
        self.taken_statement = self.ready.serial
        self.proposed = int(self.ready.ask("decide")["filed"]["proposal"])

    def make_early(self):
        self.early = self.case("early", str(today()))
        self.early.take("open")
        self.early.take("notice")
        self.early.take("serve-notice", received_on=str(today()))
        self.early.take("legal-review", reviewed_on=str(today()))
        self.early.take("discussion", held_on=str(today()))
        self.early.take("consent", replied_on=str(today()))

    def make_turned(self):
        self.turned = self.case("turned")
        self.turned.take("open")
        self.rejected = int(self.turned.ask("notice")["filed"]["proposal"])
        answer = self.people["officer3"].decide(self.rejected, approve=False, reason="依据不足")
        if not answer["ok"]:
            raise AssertionError(answer)

    def deputise(self, away, deputy):
        proposal = self.people["admin"].call("deputy_set", {"person_id": away, "deputy_id": deputy, "from": str(today()),
                                                            "to": str(today() + datetime.timedelta(days=9)), "grant": True})
        answer = self.people["admin2"].decide(proposal["filed"]["proposal"])
        if not answer["ok"]:
            raise AssertionError(answer)

    def revoke(self, person):
        proposal = self.people["admin"].call("certificate_revoke", {
            "fingerprint": bytes.fromhex(self.r.sql(f"SELECT fingerprint FROM qcr.certificate WHERE person_id = '{person}'")[0][0][2:]),
            "reason": "证书遗失"})
        answer = self.people["admin2"].decide(proposal["filed"]["proposal"])
        if not answer["ok"]:
            raise AssertionError(answer)

    # ---------------------------------------------------------------- what is signed
    def call(self, person, which, action, case=None, dry_run=False, **override):
        """A step's request, signed and never sent."""
        case = case or getattr(self, which)
        return self.people[person].step_call(case.code, action, number=case.number, fields=case.values(action, **override), dry_run=dry_run)

    def decision(self, person, serial, approve=True, item=None):
        return self.people[person].make("decide", {"proposal_serial": serial, "proposal_item": item, "approve": approve,
                                                   "reason": None if approve else "不同意"})

    # -------------------------------------------------------------------- what is said
    def ask(self, which):
        """The statement's lines, or None: there is no answer, by a failure or by no connection."""
        try:
            answer = self.people["regulator"].lookup(self.code(which))
        except (OSError, EOFError):
            return None
        if "listing" not in answer and not 5000 <= answer["code"] < 6000:
            raise AssertionError(f"a lookup is refused: {answer}")
        return answer if "listing" in answer else None

    def connected(self, name):
        """The person, with a connection: to a worker that has seen that its view was replaced."""
        def connect():
            try:
                return self.people[name].connect()
            except (OSError, EOFError):
                return None
        self.people[name].close()
        return wait_until(connect, 5)

    def answers(self):
        said = {which: self.ask(which) for which in self.parties}
        return {which: answer and tuple(answer[line] for line in LINES) for which, answer in said.items()}


class Tries:
    def __init__(self, r, scene):
        self.r, self.scene, self.forger = r, scene, Forger(r)

    # ------------------------------------------------------- entering what nobody decided
    def enter_step(self, person, call, which, **more):
        return self.forger.enter("case-step", self.scene.subject(which), content=call.request, act=self.forger.act(person, call), **more)

    def enter_proposal(self, person, call, which):
        serial = self.forger.enter("proposal", self.scene.subject(which), content=call.request, act=self.forger.act(person, call))
        return serial

    def enter_approval(self, person, proposal, which, content=None, kind="approval", also=None):
        """Of a proposal by its serial, with the person's own signature for it."""
        call = self.scene.decision(person, proposal, approve=kind == "approval")
        content = content or self.forger.act_of(proposal).request
        return self.forger.enter(kind, self.scene.subject(which), content=content, act=self.forger.act(person, call), proposal=f"{proposal}.0",
                                 also=self.list_it(which) if also is None else also)

    def list_it(self, which, days=1096):
        """What the program would write beside a decision: the listing in the row, graded as a listed one is."""
        first = (today() - datetime.date(1970, 1, 1)).days - 30
        return self.standing(which, packed_inputs([(first, first + days, 1, True)]), "listed", "SERIAL") + (
            f"INSERT INTO qcr.ledger_change (serial, subject, version) SELECT SERIAL, subject, version FROM qcr.standing"
            f" WHERE subject = '{self.scene.subject(which)}';")

    def standing(self, which, inputs, graded_like, serial, version="t.version + 1"):
        return (f"UPDATE qcr.standing t SET inputs = {hexadecimal(inputs)}, grade = s.grade, score = s.score, graded_on = s.graded_on,"
                f" next_change = s.next_change, policy_hash = s.policy_hash, serial = {serial}, version = {version}"
                f" FROM qcr.standing s WHERE s.subject = '{self.scene.subject(graded_like)}' AND t.subject = '{self.scene.subject(which)}';")

    def inputs_of(self, which):
        return self.forger.octets(f"SELECT inputs FROM qcr.standing WHERE subject = '{self.scene.subject(which)}'")

    # --------------------------------------------------------------------- one try
    def rebuild(self):
        """Has the view built anew, whatever state it is in; what came of it."""
        offset = len(self.r.log().encode())
        done = self.r.admin("view", "rebuild", "--yes")
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)

        def came():
            log = self.r.log(offset).partition("event=follow.rebuild-accepted")[2]
            return next((word for word in ("follow.current", "follow.refused", "follow.row-awaited") if f"event={word}" in log), None)
        return wait_until(came, 15), self.r.log(offset)

    def settled(self, serial, offset):
        """The follower has dealt with the entry: refused it, or gone on behind it."""
        def seen():
            if "event=follow.refused" in self.r.log(offset):
                return True
            answer = self.scene.ask("clean")
            return answer and int(answer["serial"]) >= serial
        return wait_until(seen, 10)

    def unharmed(self, what):
        """Each answer is what it was, or there is none."""
        said = self.scene.answers()
        wrong = {which: (now, self.scene.answers_before[which]) for which, now in said.items()
                 if now and now != self.scene.answers_before[which]}
        check(f"{what}: nothing untrue is said", not wrong, wrong)

    def unchanged(self):
        """The answers are what they were; a worker or sealer may still be taking up a new view."""
        return wait_until(lambda: self.scene.answers() == self.scene.answers_before, 3)

    def silent(self):
        """A worker looks once a second which view it is to answer from."""
        return wait_until(lambda: not any(self.scene.answers().values()), 3)

    def put_back(self, what):
        self.forger.put_back()
        came, log = self.rebuild()
        if came != "follow.current" or not self.unchanged():
            raise RuntimeError(f"{what}: the registry is not what it was: {came} {self.scene.answers()}\n{log[-1500:]}")

    def follow(self, what, do, reason):
        """Entered while the registry follows. The reason is for whom it is refused."""
        offset = len(self.r.log().encode())
        serial = do(self)
        check(f"{what}: the follower sees it", self.settled(serial, offset), self.r.log(offset)[-800:])
        self.unharmed(what)
        log = self.r.log(offset)
        check(f"{what}: refused by name", "event=follow.refused" in log and reason in log, log[-800:])
        check(f"{what}: nobody is answered", self.silent(), self.scene.answers())
        self.put_back(what)

    def follow_anew(self, what, do, reason):
        """The store is altered, and its view built from the first entry. No reason: the answers stay."""
        do(self)
        check(f"{what}: the answers stay while nothing is read", self.unchanged(), self.scene.answers())
        came, log = self.rebuild()
        self.unharmed(f"{what}, built anew")
        if reason:
            check(f"{what}, built anew: refused by name", came != "follow.current" and reason in log, log[-800:])
        else:
            check(f"{what}, built anew: the answers stay", self.unchanged(),
                  (came, self.scene.answers()))
        if came == "follow.refused":
            check(f"{what}, built anew: nobody is answered", self.silent(), self.scene.answers())
        self.put_back(what)


# ------------------------------------------------------------------ entries that no two persons stand behind
def nobody(t):
    return t.forger.enter("case-step", t.scene.subject("ready"), content=t.scene.decision_alone.request, also=t.list_it("ready"))


def one_of_two(t):
    return t.enter_step("officer", t.scene.decision_alone, "ready", also=t.list_it("ready"))


def elsewhere(t):
    return t.enter_step("officer", t.scene.elsewhere, "ready")


def meant_elsewhere(t):
    """What was meant for another registry, signed for this one."""
    act = t.forger.act("officer", t.scene.elsewhere)
    act.signature = t.scene.people["officer"].private.sign(b"qcr-act/v1\n" + ORIGIN.encode() + b"\n" + act.request)
    return t.forger.enter("case-step", t.scene.subject("ready"), content=act.request, act=act)


def other_party(t):
    return t.enter_step("officer", t.scene.statement, "clean", also=t.list_it("clean"))


def other_action(t):
    """A statement was signed; the rows say that it was the decision."""
    return t.enter_step("officer", t.scene.statement, "ready", also=t.list_it("ready"))


def tried_only(t):
    return t.enter_step("officer", t.scene.statement_tried, "ready")


def taken_twice(t):
    act = t.forger.act_of(t.scene.taken_statement)
    return t.forger.enter("case-step", t.scene.subject("ready"), content=act.request, act=act)


def opened_twice(t):
    act = t.forger.act_of(int(t.forger.value(f"SELECT serial FROM qcr.case_file WHERE subject = '{t.scene.subject('ready')}'")))
    return t.forger.enter("case-step", t.scene.subject("ready"), content=act.request, act=act)


def revoked(t):
    return t.enter_step("officer2", t.scene.revoked_statement, "ready")


def other_signature(t):
    """The superior's certificate under what the officer signed."""
    act = t.forger.act("officer", t.scene.statement)
    act.certificate = t.forger.certificate("superior")
    return t.forger.enter("case-step", t.scene.subject("ready"), content=act.request, act=act)


def other_body(t):
    act = t.forger.act("officer", t.scene.statement)
    return t.forger.enter("case-step", t.scene.subject("ready"), content=sha256(b"another"), act=act)


def unclaimed(t):
    act = t.forger.act("officer", t.scene.statement)
    claim = t.forger.act("officer", t.scene.decision_alone)
    return t.forger.enter("case-step", t.scene.subject("ready"), content=act.request, act=act, claim=claim)


def own_proposal(t):
    return t.enter_approval("officer", t.scene.proposed, "ready")


def second_certificate(t):
    """chief proposes, chief-2 approves: one human, two keys."""
    call = t.scene.people["chief"].step_call(t.scene.code("ready"), "decide", number=t.scene.ready.number, fields=t.scene.ready.values("decide"))
    return t.enter_approval("chief-2", t.enter_proposal("chief", call, "ready"), "ready")


def without_role(t):
    return t.enter_approval("recorder", t.scene.proposed, "ready")


def not_their_step(t):
    """Somebody who works on cases and is not whose confirmation the decision needs."""
    return t.enter_approval("publisher", t.scene.proposed, "ready")


def other_office(t):
    return t.enter_approval("drug-superior", t.scene.proposed, "ready")


def deputy_elsewhere(t):
    """Somebody of the office who stands in for the other office's superior."""
    return t.enter_approval("regulator", t.scene.proposed, "ready")


def too_early(t):
    return t.enter_approval("superior", t.enter_proposal("officer", t.scene.early_decision, "early"), "early")


def never_proposed(t):
    """The officer's act lies under the serial of an entry that is something else."""
    act = t.forger.act("officer", t.scene.decision_alone)
    serial = int(t.forger.value("SELECT max(serial) FROM qcr.act WHERE certificate <> " + hexadecimal(act.certificate)
                                + f" AND serial < {t.scene.proposed}"))
    t.forger.edit(f"UPDATE qcr.act SET certificate = {hexadecimal(act.certificate)}, request = {hexadecimal(act.request)},"
                  f" signature = {hexadecimal(act.signature)} WHERE serial = {serial}")
    return t.enter_approval("superior", serial, "ready", content=act.request)


def other_proposal(t):
    """What the superior approved is exchanged for another that the officer signed too."""
    act = t.forger.act("officer", t.scene.second_decision)
    t.forger.edit(f"UPDATE qcr.act SET request = {hexadecimal(act.request)}, signature = {hexadecimal(act.signature)}"
                  f" WHERE serial = {t.scene.proposed}")
    return t.enter_approval("superior", t.scene.proposed, "ready", content=act.request)


def other_signature_of_proposal(t):
    t.forger.edit(f"UPDATE qcr.act SET signature = {FLIP.format('signature')} WHERE serial = {t.scene.proposed};")
    return t.enter_approval("superior", t.scene.proposed, "ready")


def approved_after_rejection(t):
    return t.enter_approval("officer3", t.scene.rejected, "turned")


def approved_twice(t):
    act = t.forger.act_of(t.scene.decided)
    proposal = int(t.forger.value(f"SELECT proposal_serial FROM qcr.approval WHERE serial = {t.scene.decided}"))
    return t.forger.enter("approval", t.scene.subject("listed"), content=t.forger.act_of(proposal).request, act=act, proposal=f"{proposal}.0")


def rejection_as_approval(t):
    call = t.scene.decision("superior", t.scene.proposed, approve=False)
    return t.forger.enter("approval", t.scene.subject("ready"), content=t.forger.act_of(t.scene.proposed).request,
                          act=t.forger.act("superior", call), proposal=f"{t.scene.proposed}.0", also=t.list_it("ready"))


def row_withheld(t):
    """Two persons decided it, and their entry stands; neither row nor change feed say so."""
    return t.enter_approval("superior", t.scene.proposed, "ready", also="")


def other_row(t):
    """Two persons decided it; the row says that it is over already."""
    return t.enter_approval("superior", t.scene.proposed, "ready", also=t.list_it("ready", days=30))


def quashed_by_nobody(t):
    clear = t.standing("listed", packed_inputs([]), "clean", "SERIAL")
    return t.forger.enter("case-step", t.scene.subject("listed"), content=b"quash", also=clear)


def role_in_its_table(t):
    t.forger.edit("INSERT INTO qcr.person_role (person_id, role, serial) VALUES ('recorder', 'superior', 1);")
    return t.enter_approval("recorder", t.scene.proposed, "ready")


def deputy_in_its_table(t):
    t.forger.edit("INSERT INTO qcr.deputy (person_id, deputy_id, from_day, to_day, serial)"
                  " VALUES ('superior', 'recorder', current_date - 9, current_date + 9, 1);")
    return t.enter_approval("recorder", t.scene.proposed, "ready")


def rule_of_one_admin(t):
    """A version of the procedure in which one person is enough, proposed and approved by the same administrator."""
    document = (TOP / "share" / "procedures" / "samr-44.json").read_bytes().replace(b'"version": 1', b'"version": 2', 1)
    call = t.scene.people["admin"].make("rule_add", {"document": document})
    proposal = t.forger.enter("proposal", content=call.request, act=t.forger.act("admin", call))
    approval = t.scene.decision("admin", proposal)
    return t.forger.enter("approval", content=call.request, act=t.forger.act("admin", approval), proposal=f"{proposal}.0")


def deputy_of_no_admin(t):
    call = t.scene.people["officer"].make("deputy_set", {"person_id": "superior", "deputy_id": "officer3", "from": str(today()),
                                                         "to": str(today()), "grant": True})
    return t.forger.enter("proposal", content=call.request, act=t.forger.act("officer", call))


# ------------------------------------------------------------------------- rows without entries
def listing_put_in(t):
    t.forger.edit(t.list_it("clean").split("INSERT")[0].replace("SERIAL", "t.serial").replace("t.version + 1", "t.version"))


def listing_taken_out(t):
    t.forger.edit(t.standing("listed", packed_inputs([]), "clean", "t.serial", version="t.version"))


def listing_from(t, change):
    """The listed one's only period, changed: bits of its first octet, or its days."""
    inputs = bytearray(t.inputs_of("listed"))
    change(inputs)
    t.forger.edit(f"UPDATE qcr.standing SET inputs = {hexadecimal(bytes(inputs))} WHERE subject = '{t.scene.subject('listed')}';")


def flag_flipped(t):
    def change(inputs):
        inputs[3] ^= 8
    listing_from(t, change)


def effect_changed(t):
    def change(inputs):
        inputs[3] = inputs[3] & ~3 | 2
    listing_from(t, change)


def end_moved(t):
    def change(inputs):
        inputs[-2] ^= 1
    listing_from(t, change)


def row_of_before(t):
    """The row as it was when the listing was not published yet, with the serial it had then."""
    inputs, serial = t.scene.decided_standing
    t.forger.edit(f"UPDATE qcr.standing SET inputs = '{inputs}', serial = {serial} WHERE subject = '{t.scene.subject('listed')}';")


def row_of_later(t):
    """It says that it rests on an entry that is still to come."""
    t.forger.edit(t.standing("listed", packed_inputs([]), "clean", "1000000", version="t.version"))


def change_forgotten(t):
    """The change feed does not name the listed one any more after its notice."""
    t.forger.edit(f"DELETE FROM qcr.ledger_change WHERE subject = '{t.scene.subject('listed')}' AND serial > {t.scene.before_service};"
                  + t.standing("listed", packed_inputs([]), "clean", str(t.scene.before_service), version="t.version"))


def touched(t):
    """A row with a listing nobody decided, and an honest filing on that enterprise, so that the row is read."""
    listing_put_in(t)
    answer = t.scene.connected("recorder").record_file(*t.scene.parties["clean"], "剑市监处罚〔2026〕诚1号")
    return answer.get("serial") or int(t.forger.value("SELECT max(serial) FROM qcr.ledger"))


def events_gone(t):
    t.forger.edit(f"DELETE FROM qcr.case_event WHERE subject = '{t.scene.subject('listed')}' AND seq > 2;")


def events_made_up(t):
    t.forger.edit("INSERT INTO qcr.case_file (subject, case_no, procedure_hash, kind, opener, office_id, serial)"
                  f" SELECT '{t.scene.subject('clean')}', case_no, procedure_hash, kind, opener, office_id, serial FROM qcr.case_file"
                  f"  WHERE subject = '{t.scene.subject('listed')}';" +
                  "INSERT INTO qcr.case_event (" + t.forger.columns["case_event"] + ") SELECT "
                  + t.forger.columns["case_event"].replace("subject,", f"'{t.scene.subject('clean')}',", 1).replace(" serial", " serial + 100000")
                  .replace("proposal_serial", "proposal_serial + 100000")
                  + f" FROM qcr.case_event WHERE subject = '{t.scene.subject('listed')}';")


def rule_exchanged(t):
    """The procedure in its table is one in which nobody confirms; its hash is right."""
    easier = """convert_to(replace(convert_from(document, 'UTF8'), '"second":["superior"],', ''), 'UTF8')"""
    t.forger.edit(f"UPDATE qcr.rule SET document = {easier}, rule_hash = sha256({easier}) WHERE id = 'samr-44';")


def approval_erased(t):
    t.forger.edit(f"DELETE FROM qcr.ledger_body WHERE serial = {t.scene.decided};")


def approval_unsigned(t):
    t.forger.edit(f"DELETE FROM qcr.act WHERE serial = {t.scene.decided};")


def proposal_resigned(t):
    serial = t.forger.value(f"SELECT proposal_serial FROM qcr.approval WHERE serial = {t.scene.decided}")
    t.forger.edit(f"UPDATE qcr.act SET signature = {FLIP.format('signature')} WHERE serial = {serial};")


ENTERED = [
    ("a decision that nobody signed", nobody, "not the one it was entered with"),
    ("a decision that one person signed", one_of_two, "nobody confirmed it"),
    ("a step signed for another registry", elsewhere, "its signature is false"),
    ("a step meant for another registry", meant_elsewhere, "cannot be read"),
    ("a step signed of another enterprise", other_party, "about another enterprise"),
    ("another step than was signed", other_action, "listed otherwise in its row"),
    ("a step that was only to be tried", tried_only, "to be tried only"),
    ("a step entered twice", taken_twice, "its step was taken before"),
    ("a case opened twice by one request", opened_twice, "its case was opened before"),
    ("a step signed with a revoked certificate", revoked, "revoked certificate"),
    ("a step under another person's certificate", other_signature, "its signature is false"),
    ("a step under another content", other_body, "not the request's hash"),
    ("a step beside another act", unclaimed, "not the one it was entered with"),
    ("a decision approved by its proposer", own_proposal, "by the person who proposed it"),
    ("a decision approved by its proposer's second certificate", second_certificate, "by the person who proposed it"),
    ("a decision approved by somebody without a role", without_role, "roles do not allow the decision"),
    ("a decision approved by somebody whose step it is not", not_their_step, "decide of case"),
    ("a decision approved from another office", other_office, "decide of case"),
    ("a decision approved by the deputy of another office's superior", deputy_elsewhere, "decide of case"),
    ("a decision before the hearing window has closed", too_early, "not-yet"),
    ("a decision that was never proposed", never_proposed, "does not wait for anybody"),
    ("a proposal exchanged under its approval", other_proposal, "not the one that was entered"),
    ("a proposal whose signature was altered under its approval", other_signature_of_proposal, "signature of the proposal it decides is false"),
    ("a rejected proposal approved", approved_after_rejection, "does not wait for anybody"),
    ("an approval entered twice", approved_twice, "does not wait for anybody"),
    ("a rejection entered as an approval", rejection_as_approval, "another decision"),
    ("a decision of two that is withheld from its row", row_withheld, "did not come with the step"),
    ("a decision of two with another row", other_row, "listed otherwise in its row"),
    ("a quashing that nobody signed", quashed_by_nobody, "not the one it was entered with"),
    ("an approval by a role that stands in its table alone", role_in_its_table, "roles do not allow the decision"),
    ("an approval by a deputy who stands in its table alone", deputy_in_its_table, "roles do not allow the decision"),
    ("a rule by one administrator", rule_of_one_admin, "by the person who proposed it"),
    ("a deputy no administrator proposed", deputy_of_no_admin, "roles do not allow what was signed"),
    ("a listing put into a row that is read", touched, "listed otherwise in its row"),
]
ALTERED = [
    ("a listing put into a row", listing_put_in, "listed otherwise in its row"),
    ("a listing taken out of its row", listing_taken_out, "listed otherwise in its row"),
    ("whether it is published", flag_flipped, "listed otherwise in its row"),
    ("a listing made a suspended one", effect_changed, "listed otherwise in its row"),
    ("the day a listing is over", end_moved, "listed otherwise in its row"),
    ("a row of before the publication", row_of_before, "listed otherwise in its row"),
    ("a row of an entry to come", row_of_later, "row-awaited"),
    ("a listing the change feed forgot", change_forgotten, "its row"),
    ("the events of a case taken away", events_gone, None),
    ("the events of a case made up", events_made_up, None),
    ("a rule exchanged in its table", rule_exchanged, "a rule the founding names"),
    ("the body of an approval erased", approval_erased, "what it commits to is gone"),
    ("an approval whose signature is gone", approval_unsigned, "not the one it was entered with"),
    ("a proposal whose signature is another", proposal_resigned, "not the one it was entered with"),
]


def play(share):
    """One registry, for every so manyeth of the kinds: nearly all of the time is waiting."""
    with Registry(people=PEOPLE) as r, People(r) as people:
        for name in (line.split(",")[0] for line in PEOPLE.read_text().splitlines()[1:]):
            people.persons[name] = Person(r.home, name, r.port, origin=ORIGIN)  # can sign without a connection
        scene = Scene(r, people)
        check("one is listed and published, four are not", [scene.answers_before[which][1] for which in scene.parties]
              == ["listed", "not-listed", "not-listed", "not-listed", "not-listed"], scene.answers_before)
        tries = Tries(r, scene)
        for what, do, reason in ENTERED[share::REGISTRIES]:
            tries.follow(what, do, reason)
        for what, do, reason in ALTERED[share::REGISTRIES]:
            tries.follow_anew(what, do, reason)
        answer = scene.connected("superior").decide(scene.proposed)
        check("after all that the superior may still approve", answer["ok"], answer)
        # its view has just been built anew: the workers look for another once a second
        check("and the decision lists", wait_until(lambda: scene.answers()["ready"][1] == "listed", 10, 0.1))


def main():
    with concurrent.futures.ThreadPoolExecutor(REGISTRIES) as pool:
        for played in [pool.submit(play, share) for share in range(REGISTRIES)]:
            played.result()
    finish()


if __name__ == "__main__":
    main()
