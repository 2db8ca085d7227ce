//! The description of every operation, written once. The trait [`Home`](super::Home), the client for a home elsewhere, the
//! paths and handlers of the HTTP interface with their description, the window's command and the interface's client are all
//! made of it (decision 17); what an operation does is said in [`here`](super::here).
//!
//! An entry reads: what it does, its name, what it takes and how that travels ([`parts`](super::parts)), what it answers, and
//! how it is asked over HTTP: whose business it is ([`Who`](super::table::Who)), method, path, status, the resource it is of,
//! and what it may refuse with besides what all calls of its kind do (`http/refusals.rs`).
//!
//! | it | so that |
//! |---|---|
//! | `gives` a value | the answer is that |
//! | `renews` with one | the answer is that with the session's newer token, [`Fresh`](crate::wire::Fresh) |
//! | `signs_in` | the answer has a session's keys, which are for whoever keeps them: a program, a cookie, a keyring |
//! | `does` | nothing is answered |

/// Hands every operation to the macro that is named.
macro_rules! operations {
    ($to:ident) => {
        $to! {
            /// What anybody may know of the home. A browser that sends back no cookie of ours is given one, by which it shows
            /// at its sign-in that it keeps them.
            status() gives HomeStatus [anybody GET "/api/v1/status" OK, home]

            /// Makes the first account, once, with the set-up code the server prints.
            set_up(Body request: SetupRequest) signs_in SignedIn
                [anybody POST "/api/v1/setup" CREATED, session, 409 429]

            /// Signs this device in with login name and password.
            sign_in(Body request: SignInRequest) signs_in SignedIn
                [anybody POST "/api/v1/sign-in" OK, session, 401 409 429]

            /// Chooses a new password in place of a forgotten one, with a code printed on the home's own computer.
            recover(Body request: Recovery) gives Recovered [anybody POST "/api/v1/recover" OK, account, 409 429]

            /// The session that asks.
            session() gives CurrentSession [session GET "/api/v1/session" OK, session]

            /// Signs this device out.
            sign_out_here() does Nothing [session POST "/api/v1/sign-out" NO_CONTENT, session]

            /// Says who is using this device from now on. The session's token changes with it.
            choose_profile(Body choice: ProfileChoice) renews CurrentSession
                [session PUT "/api/v1/session/profile" OK, session, 404 429]

            /// Proves that whoever asks knows the PIN or the password, ahead of what needs it. Good for five minutes. The
            /// session's token changes with it.
            prove(Body proof: SessionProof) renews Proven [manager POST "/api/v1/session/proof" OK, session, 404 429]

            /// Says what this device is doing.
            report_activity(Body report: ActivityReport) does Nothing
                [session POST "/api/v1/session/activity" NO_CONTENT, session]

            /// The account's profiles.
            profiles() gives ProfileList [session GET "/api/v1/profiles" OK, profiles]

            /// The account's devices: the current one first, then by last activity.
            devices(Asked query: DeviceQuery) gives DevicePage [manager GET "/api/v1/devices" OK, devices]

            /// Everything known of one device.
            device(Named id: DeviceId) gives DeviceDetail [manager GET "/api/v1/devices/{id}" OK, devices]

            /// Renames a device.
            change_device(Named id: DeviceId, Body change: DeviceChange) gives Device
                [manager PATCH "/api/v1/devices/{id}" OK, devices]

            /// Says that a device is one the account knew before: it takes that one's place in the list.
            merge_device(Named id: DeviceId, Body merge: DeviceMerge) gives Device
                [manager POST "/api/v1/devices/{id}/merge" OK, devices, 409]

            /// Takes that back: both are in the list again.
            separate_device(Named id: DeviceId) gives Device
                [manager POST "/api/v1/devices/{id}/separate" OK, devices, 422]

            /// Signs one device out. Its very next request is refused.
            sign_out_device(Named id: DeviceId) gives SignOutResult
                [manager POST "/api/v1/devices/{id}/sign-out" OK, devices]

            /// Signs several devices out, or all. With all but this one the session's token changes, too.
            sign_out_devices(Body request: SignOutMany) renews SignOutReport
                [manager POST "/api/v1/devices/sign-out" OK, devices]

            /// The account's alerts, newest first.
            alerts(Asked query: AlertQuery) gives AlertPage [manager GET "/api/v1/alerts" OK, alerts]

            /// One alert with its device.
            alert(Named id: AlertId) gives AlertDetail [manager GET "/api/v1/alerts/{id}" OK, alerts]

            /// Answers an alert; "not me" signs the device out.
            answer_alert(Named id: AlertId, Body answer: AlertAnswer) gives AnswerOutcome
                [manager POST "/api/v1/alerts/{id}/answer" OK, alerts, 409]

            /// Says of everything that waits that it is the household's, but of what looks stolen and of what a device did: those
            /// are answered one by one. No other answer can be given to all at once.
            answer_all_alerts(Body answer: AlertAnswer) gives AllAnswered
                [manager POST "/api/v1/alerts/answer" OK, alerts, 409]

            /// What is set about alerts, with what each choice costs and misses.
            alert_settings() gives AlertSettings [manager GET "/api/v1/alert-settings" OK, alerts]

            /// Changes what is set about alerts, a field each: what is absent stays. Only a device that is familiar itself may.
            change_alert_settings(Body change: AlertSettingsChange) gives AlertSettings
                [manager PUT "/api/v1/alert-settings" OK, alerts, 409 429]

            /// The account's channels, by which its people are told of alerts, and which can be made.
            channels() gives ChannelList [manager GET "/api/v1/channels" OK, channels]

            /// Makes a channel. Only a device that is familiar itself may. A browser that subscribes anew keeps the one it has.
            add_channel(Body channel: NewChannel) gives ChannelAdded
                [manager POST "/api/v1/channels" CREATED, channels, 409 429]

            /// Changes what is set about a channel; what is absent stays.
            change_channel(Named id: ChannelId, Body change: ChannelChange) gives Channel
                [manager PATCH "/api/v1/channels/{id}" OK, channels, 409 429]

            /// Removes a channel: nothing more is told by it, and no button that went through it does anything.
            remove_channel(Named id: ChannelId) does Nothing
                [manager DELETE "/api/v1/channels/{id}" NO_CONTENT, channels, 409]

            /// Has a channel say that it works. What comes of it is told by the channel's state.
            test_channel(Named id: ChannelId) gives Channel
                [manager POST "/api/v1/channels/{id}/test" ACCEPTED, channels, 429]

            /// Sets the relay that carries answers back while the home cannot be reached from outside, or none. Only a device that
            /// is familiar itself may.
            set_relay(Body change: RelayChange) gives ChannelList [manager PUT "/api/v1/relay" OK, channels, 409 429]

            /// What is left to do once the home is set up, and what works already.
            next_steps() gives NextSteps [manager GET "/api/v1/next-steps" OK, home]

            /// Skips a step of that, or takes it up again. What works already is not skipped.
            skip_step(Body skip: StepSkip) gives NextSteps [manager PUT "/api/v1/next-steps" OK, home]

            /// Whether the home listens on the home network, and where other devices can open it.
            home_network() gives HomeNetwork [manager GET "/api/v1/home-network" OK, home]

            /// Has the home listen on the home network from now on, or on this computer only. Only a device that is familiar itself
            /// may. Where it was told at its start where to listen, this is refused.
            set_home_network(Body change: HomeNetworkChange) gives HomeNetwork
                [manager PUT "/api/v1/home-network" OK, home, 409 429]

            /// Begins a fire drill: a made-up stranger goes the real way, from the sign-in to the refused request after somebody
            /// signed it out, and leaves nothing behind. Only a device that is familiar itself may.
            start_drill() gives Drill [manager POST "/api/v1/drills" CREATED, drills, 409 429]

            /// The fire drill that is under way, or the last one since the home started.
            drill() gives Drill [manager GET "/api/v1/drills/now" OK, drills]

            /// Ends the fire drill that is under way, if there is one.
            end_drill() does Nothing [manager DELETE "/api/v1/drills/now" NO_CONTENT, drills]

            /// The services that the account watches.
            services() gives ServiceList [manager GET "/api/v1/services" OK, services]

            /// Every kind of service that can be watched, with how its key is made, and the cards of those without an API for it.
            service_kinds() gives ServiceKinds [manager GET "/api/v1/services/kinds" OK, services]

            /// Proves a service step by step, without adding it: reachable, certificate, kind, key, rights.
            prove_service(Body service: NewService) gives ServiceCheck
                [manager POST "/api/v1/services/prove" OK, services, 409 429]

            /// Adds a service that proves good, and begins to read it. Only a device that is familiar itself may.
            add_service(Body service: NewService) gives Service
                [manager POST "/api/v1/services" CREATED, services, 409 429 502]

            /// Looks for servers in the home network, by multicast DNS and on the usual ports.
            find_services() gives FoundServices [manager POST "/api/v1/services/find" OK, services, 429]

            /// Makes a link by which the key of a service is made.
            link_service(Body link: NewServiceLink) gives ServiceLink
                [manager POST "/api/v1/services/links" CREATED, services, 429 502]

            /// What has become of a link.
            service_link(Named id: ServiceLinkId) gives ServiceLink
                [manager GET "/api/v1/services/links/{id}" OK, services, 502]

            /// Puts a service without an API on the household's list, takes it off, or notes that somebody looked there.
            change_card(Named card: String, Body change: CardChange) gives ServiceCard
                [manager PATCH "/api/v1/services/cards/{card}" OK, services, 404]

            /// Everything known of a watched service.
            service(Named id: ServiceId) gives ServiceDetail [manager GET "/api/v1/services/{id}" OK, services]

            /// Changes what is set about a service; what is absent stays.
            change_service(Named id: ServiceId, Body change: ServiceChange) gives Service
                [manager PATCH "/api/v1/services/{id}" OK, services, 409 429 502]

            /// Removes a service: what is known of it goes, and its key. Nothing is ended there.
            remove_service(Named id: ServiceId, Asked removal: ServiceRemoval) does Nothing
                [manager DELETE "/api/v1/services/{id}" NO_CONTENT, services, 409]

            /// Proves a service anew and reads it at once.
            check_service(Named id: ServiceId) gives ServiceCheck
                [manager POST "/api/v1/services/{id}/check" OK, services, 429]

            /// The plans that are not done, and the last that were.
            plans() gives PlanList [manager GET "/api/v1/plans" OK, plans]

            /// Draws up what has to be ended on a bad evening. Nothing is done of it yet.
            make_plan(Body plan: NewPlan) gives Plan [manager POST "/api/v1/plans" CREATED, plans, 404 409]

            /// A plan, as it stands.
            plan(Named id: PlanId) gives Plan [manager GET "/api/v1/plans/{id}" OK, plans]

            /// Begins a plan, or ticks off what only a person can do.
            change_plan(Named id: PlanId, Body change: PlanChange) gives Plan
                [manager PATCH "/api/v1/plans/{id}" OK, plans, 409 429]

            /// Drops a plan: what was asked for goes on, and nothing of it is on the list any more.
            drop_plan(Named id: PlanId) does Nothing [manager DELETE "/api/v1/plans/{id}" NO_CONTENT, plans]

            /// Sign-ins, sign-outs and alerts, newest first. With `Accept: text/csv` the whole of it as a CSV file.
            history(Asked query: HistoryQuery) gives HistoryPage [manager GET "/api/v1/history" OK, history]

            /// Makes a profile. With a PIN the session's token changes, too.
            create_profile(Body profile: NewProfile) renews Profile
                [manager POST "/api/v1/profiles" CREATED, profiles, 409 429]

            /// Changes a profile. With its kind or its PIN the session's token changes, too.
            change_profile(Named id: ProfileId, Body change: ProfileChange) renews Profile
                [manager PATCH "/api/v1/profiles/{id}" OK, profiles, 409 429]

            /// Deletes a profile.
            delete_profile(Named id: ProfileId) does Nothing
                [manager DELETE "/api/v1/profiles/{id}" NO_CONTENT, profiles, 409]

            /// Changes the password, and signs everything else out if asked to. The session's token changes with it.
            change_password(Body change: PasswordChange) renews PasswordChanged
                [manager PUT "/api/v1/account/password" OK, account, 429]

            /// Notes that "Manage access and devices" was opened: the New badge goes.
            mark_badge_seen() does Nothing [manager POST "/api/v1/account/badge-seen" NO_CONTENT, account]

            /// The device that shows this code and waits.
            pending_code(Named user_code: String) gives PendingCode
                [manager GET "/api/v1/codes/{user_code}" OK, codes, 429]

            /// Lets a waiting device in, or not.
            answer_code(Body answer: CodeAnswer) does Nothing
                [manager POST "/api/v1/codes/answer" NO_CONTENT, codes, 404 429]

            /// Shows a phone how it gets in: a code, good once and for two minutes, and addresses that have it in them. A session
            /// has one at a time; a new one takes the place of the one before.
            start_pairing() gives Pairing [manager POST "/api/v1/pairings" CREATED, pairings, 429]

            /// What has become of a code that this session shows to a phone.
            pairing(Named id: PairingId) gives Pairing [manager GET "/api/v1/pairings/{id}" OK, pairings]

            /// Lets the phone in that brought the code, or not. With other digits than it was given nobody is let in.
            answer_pairing(Named id: PairingId, Body answer: PairingAnswer) gives Pairing
                [manager POST "/api/v1/pairings/{id}/answer" OK, pairings, 429]

            /// Brings the code that another screen shows, so as to be let in there. A code that is brought twice lets nobody in.
            claim_pairing(Body request: NewClaim) gives PairingClaim
                [anybody POST "/api/v1/pairings/claim" CREATED, pairings, 404 409 429]

            /// Signs this device in, once that was allowed. Until then it is refused with `pairing_waits`; ask again after a second
            /// or more.
            finish_pairing(Body request: PairingFinish) signs_in SignedIn
                [anybody POST "/api/v1/pairings/finish" OK, pairings, 404 409 429]

            /// The state of the place databases.
            geo_status() gives GeoStatus [manager GET "/api/v1/geo" OK, home]

            /// Starts an update of the place databases; its progress comes as events.
            update_geo() gives GeoStatus [manager POST "/api/v1/geo/update" ACCEPTED, home, 502]
        }
    };
}

/// What is answered, as a type.
macro_rules! answer {
    (renews $answer:ident) => { $crate::wire::Fresh<$crate::home::types::$answer> };
    ($kind:ident $answer:ident) => { $crate::home::types::$answer };
}

pub(crate) use {answer, operations};

/// Where events are: no operation like the others, for its answer has no end.
pub const EVENTS: &str = "/api/v1/events";
