//! Plans of bad evenings: a lost phone, somebody who moved out, something that is wrong. A plan is drawn up first and shown; beginning it
//! signs out what is chosen, by the same verb as the list does; and it stays until all of it is done, here and at the services.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::Core;
use super::caller::Manager;
use super::planning::{self, Case, Drawn};
use super::proof::{self, Brought};
use super::sign_out;
use crate::error::{Error, Result};
use crate::model::{
    AccountId, DeviceId, HistoryEntry, HistoryKind, Plan, PlanId, PlanKind, PlannedEnd, PlannedTask,
    SessionId, Timestamp,
};
use crate::wire::{
    self, DeviceSession, EventKind, NewPlan, PlanChange, PlanList, PlanRow, PlanTask, PromiseKind, Proof,
    SessionState, SignOutMany,
};

/// Most plans of an account that are not done.
const MOST_PLANS: usize = 20;

/// How long a plan that nobody began is kept at least.
const DRAFT_KEPT: Duration = Duration::from_hours(24);

/// Sessions that are signed out in one turn: others who wait for theirs are let in between.
const MOST_AT_ONCE: usize = 500;

/// The plans that are not done, and the last that were; newest first.
pub async fn list(core: &Core, manager: &Manager) -> Result<PlanList> {
    let mut plans = Vec::new();
    for plan in core.store.plans(manager.account_id()).await? {
        plans.push(shown(core, plan).await?);
    }
    Ok(PlanList { plans })
}

/// A plan, as it stands now.
pub async fn one(core: &Core, manager: &Manager, id: PlanId) -> Result<wire::Plan> {
    shown(core, find(core, manager, id).await?).await
}

/// Draws a plan up. Nothing of it is done yet.
pub async fn make(core: &Arc<Core>, manager: &Manager, new: NewPlan) -> Result<wire::Plan> {
    let case = Case::read(core, manager, new).await?;
    let Drawn { rows, tasks } = planning::draw(core, manager, &case).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let now = core.now();
        let drafts_before = now.before(DRAFT_KEPT);
        let plans = core.store.plans(manager.account_id()).await?;
        let stays = |plan: &&Plan| {
            plan.done_at.is_none() && (plan.begun_at.is_some() || plan.made_at >= drafts_before)
        };
        if plans.iter().filter(stays).count() >= MOST_PLANS {
            return Err(Error::invalid("kind", "There are 20 plans already. Finish one, or drop it, first."));
        }
        let plan = Plan {
            id: PlanId::new(&*core.clock, &*core.random),
            account_id: manager.account_id(),
            kind: new.kind,
            device_id: case.device_id(),
            profile_id: case.profile_id(),
            about: case.about().map(str::to_owned),
            rows,
            tasks,
            made_at: now,
            begun_at: None,
            done_at: None,
        };
        core.store.make_plan(&turn, &plan, drafts_before).await?;
        changed(&core, plan.account_id);
        drop(turn);
        shown(&core, plan).await
    })
    .await
}

/// Begins a plan, or begins it once more with what is left; ticks off what a person did.
pub async fn change(
    core: &Arc<Core>,
    manager: &Manager,
    id: PlanId,
    change: PlanChange,
) -> Result<wire::Plan> {
    let PlanChange { begin, tick, untick, proof } = change;
    if let Some(chosen) = begin {
        self::begin(core, manager, id, chosen.into_iter().collect(), &proof).await?;
    }
    for (task, is_done) in [(tick, true), (untick, false)] {
        if let Some(task) = task {
            mark(core, manager, id, task, is_done).await?;
        }
    }
    one(core, manager, id).await
}

/// Drops a plan. What was asked for goes on.
pub async fn drop_plan(core: &Arc<Core>, manager: &Manager, id: PlanId) -> Result<()> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        if !core.store.drop_plan(&turn, manager.account_id(), id).await? {
            return Err(Error::NotFound("plan"));
        }
        changed(&core, manager.account_id());
        Ok(())
    })
    .await
}

/// Signs the chosen sessions of a plan out. That it was begun is kept first: what a fault leaves undone stays on the list, and can be
/// begun again.
async fn begin(
    core: &Arc<Core>,
    manager: &Manager,
    id: PlanId,
    chosen: HashSet<SessionId>,
    proof: &Proof,
) -> Result<()> {
    let proven = proof::look(core, manager, None, Brought::from(proof)).await?;
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        proof::require(&core, &turn, &manager, None, proven.as_ref()).await?;
        let mut plan = find(&core, &manager, id).await?;
        let planned: HashSet<_> = plan.rows.iter().map(|row| row.session_id).collect();
        if !chosen.is_subset(&planned) {
            return Err(Error::invalid("begin", "Choose from the sessions of this plan."));
        }
        let before = sessions(&core, &plan).await?;
        let is_first = plan.begun_at.is_none();
        let mut ends = Vec::with_capacity(chosen.len());
        for row in &mut plan.rows {
            let state = before.get(&row.session_id).map_or(SessionState::Ended, |(_, now)| now.state);
            // What was begun before and has ended, or is on its way, is not taken back by leaving it out.
            let goes_on =
                !is_first && row.chosen && matches!(state, SessionState::Ended | SessionState::Asked);
            let is_chosen = chosen.contains(&row.session_id);
            row.chosen = is_chosen || goes_on;
            if is_chosen && state != SessionState::Ended {
                ends.push(row.session_id);
            }
        }
        let now = core.now();
        plan.begun_at.get_or_insert(now);
        plan.done_at = None;
        let entry = is_first.then(|| entry(&core, &manager, &plan));
        core.store.write_plan(&turn, &plan, entry.as_ref()).await?;
        changed(&core, plan.account_id);
        drop(turn);
        for ids in ends.chunks(MOST_AT_ONCE) {
            let request = SignOutMany { session_ids: Some(ids.to_vec()), ..SignOutMany::default() };
            sign_out::many(&core, &manager, request).await?;
        }
        Ok(())
    })
    .await
    .map_err(Error::of_sign_out)
}

/// Notes that somebody did what only a person can, or did not after all.
async fn mark(core: &Arc<Core>, manager: &Manager, id: PlanId, name: String, is_done: bool) -> Result<()> {
    let (core, manager) = (Arc::clone(core), manager.clone());
    Core::carry_through(async move {
        let turn = core.in_turn(manager.caller()).await?;
        let mut plan = find(&core, &manager, id).await?;
        let task = plan.tasks.iter_mut().find(|task| task.task == name).ok_or(Error::NotFound("task"))?;
        task.done_at = if is_done { Some(task.done_at.unwrap_or_else(|| core.now())) } else { None };
        if !is_done {
            plan.done_at = None;
        }
        core.store.write_plan(&turn, &plan, None).await?;
        changed(&core, plan.account_id);
        Ok(())
    })
    .await
}

async fn find(core: &Core, manager: &Manager, id: PlanId) -> Result<Plan> {
    core.store.plan(manager.account_id(), id).await?.ok_or(Error::NotFound("plan"))
}

/// The sessions of a plan as they stand now, with their devices. One that is not kept any more has ended long ago.
async fn sessions(core: &Core, plan: &Plan) -> Result<HashMap<SessionId, (DeviceId, DeviceSession)>> {
    let ids: Vec<_> = plan.rows.iter().map(|row| row.session_id).collect();
    let found = core.store.sessions_of_ids(plan.account_id, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(device_id, listing)| (listing.session.id, (device_id, DeviceSession::from(listing))))
        .collect())
}

async fn shown(core: &Core, mut plan: Plan) -> Result<wire::Plan> {
    let mut now = sessions(core, &plan).await?;
    let device_ids: BTreeSet<_> = now.values().map(|(device_id, _)| *device_id).collect();
    let device_ids: Vec<_> = device_ids.into_iter().collect();
    let devices = core.store.devices_of_ids(plan.account_id, &device_ids).await?;
    let rows = plan.rows.iter().map(|row| {
        let (device_id, session) =
            now.remove(&row.session_id).unwrap_or_else(|| (row.device_id, forgotten(row)));
        let device = devices.get(&device_id).map(|listing| listing.device.name());
        let device_name = device.unwrap_or(&row.device_name).to_owned();
        PlanRow { device_id, device_name, session, chosen: row.chosen }
    });
    let rows: Vec<_> = rows.collect();
    if plan.done_at.is_none()
        && let Some(at) = done_at(&plan, &rows)
    {
        core.store.note_plan_done(plan.id, at).await?;
        plan.done_at = Some(at);
    }
    let Plan { id, kind, about, tasks, made_at, begun_at, done_at, .. } = plan;
    let tasks = tasks.into_iter().map(task_shown).collect();
    Ok(wire::Plan { id, kind, about, made_at, begun_at, done_at, rows, tasks })
}

fn task_shown(task: PlannedTask) -> PlanTask {
    let PlannedTask { task, kind, name, url, done_at } = task;
    PlanTask { task, kind, name, url, done_at }
}

/// A session that is not kept any more: only what ended is ever removed.
fn forgotten(row: &PlannedEnd) -> DeviceSession {
    let (promise, within_s) = PromiseKind::of(row.promise);
    DeviceSession {
        id: row.session_id,
        service_id: row.service_id,
        source: row.source.clone(),
        external_id: None,
        person: row.person.clone(),
        profile: None,
        nature: row.nature,
        signed_in_at: None,
        last_active_at: None,
        promise,
        within_s,
        state: SessionState::Ended,
        asked_at: None,
        confirmed_at: None,
        detail: None,
        as_of: None,
    }
}

/// When the last of a plan was done; `None` while something is left.
fn done_at(plan: &Plan, rows: &[PlanRow]) -> Option<Timestamp> {
    let mut last = plan.begun_at?;
    for row in rows.iter().filter(|row| row.chosen) {
        if row.session.state != SessionState::Ended {
            return None;
        }
        last = row.session.confirmed_at.map_or(last, |at| last.max(at));
    }
    for task in &plan.tasks {
        last = last.max(task.done_at?);
    }
    Some(last)
}

fn entry(core: &Core, manager: &Manager, plan: &Plan) -> HistoryEntry {
    let about = |kind| plan.about.clone().filter(|_| plan.kind == kind);
    HistoryEntry {
        device_id: plan.device_id,
        device_name: about(PlanKind::LostDevice),
        profile_name: about(PlanKind::MovedOut),
        by_session_id: Some(manager.session_id()),
        ..core.entry(plan.account_id, HistoryKind::PlanBegun)
    }
}

fn changed(core: &Core, account_id: AccountId) {
    core.announcer.announce(&*core.clock, account_id, EventKind::PlansChanged);
}
