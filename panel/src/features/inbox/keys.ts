/** Names of the queries that many parts look at. */
export const ROWS = 'inboxRows'
export const COUNTS = 'inboxCountInbox'
export const CASE = 'inboxReadInboxSession'
