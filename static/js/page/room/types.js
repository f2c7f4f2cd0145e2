// @ts-check
/**
 * What the page's modules may ask of the room, as types. `room.js` makes it.
 *
 * @typedef {{user_id: string, username: string, role: string, may_control: boolean, current_time?: number,
 * is_synced?: boolean, drift_ms?: number | null, latency_ms?: number | null, state?: string | null}} Member
 * @typedef {Member & {device_id: string | null, is_owner: boolean, may_moderate: boolean}} You
 * @typedef {{room_id: string, title: string, visibility: string, control_policy: string, owner_id: string |
 *   null,
 * host_id: string | null, seat: Seat | null, sync_enabled: boolean, sync_tolerance_ms: number,
 * stall_policy: string, stall_wait_s: number}} RoomFacts
 * @typedef {{user_id: string, username: string, until: number, next: string | null, next_username: string |
 *   null}} Seat
 * @typedef {{current_time: number, is_playing: boolean, rate: number, phase: string, duration: number | null,
 *   duration_source?: string | null,
 * media: {url: string, kind: string, title: string} | null, hold?: Hold | null}} Timeline
 * @typedef {{why: string, who: {user_id: string, username: string}[], until: number}} Hold
 * @typedef {{id: number, seq: number, user_id: string | null, username: string, text: string, current_time:
 *   number,
 * created_at: string, is_system_message: boolean, reply_to: number | null}} Comment
 * @typedef {{you: You, room: RoomFacts, timeline: Timeline, members: Map<string, Member>, comments:
 *   Comment[], revision: number}} State
 * @typedef {{volume: number, muted: boolean, setVolume(volume: number): void, setMuted(muted: boolean): void,
 * unlock(): void, resync(): void, retry(): void, duration(): number | null, fineTuneMs: number,
 * setFineTune(ms: number): void, stopFollowing(): void, follow(): void, following: boolean, allowed: boolean,
 * alone: boolean, paused: boolean, rate: number, position: number, playHere(playing: boolean): void,
 * seekHere(positionS: number): void, rateHere(rate: number): void}} Player
 * @typedef {{url: string, title: string}} Sample
 * @typedef {{boot: {room_id: string, comments_url: string, share_url: string, library_url: string, samples:
 *   Sample[],
 * you: {user_id: string, username: string}}, state: State | null,
 * say(type: string, payload: object, as?: {at?: number, eventId?: string}): Promise<any>, connection:
 * {status: string, reach?: string}, reachable: boolean, on(type: string, hear: (event: any) => void): () =>
 * void,
 * serverNow(): number, position(): number, player: Player}} Room
 */

export {}
