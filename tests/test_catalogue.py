"""Every trigger of the bot and who may pull it, to be read; a change that is not made here too fails."""

from bot.features import Trigger
from bot.registry import index_triggers
from commands import FEATURES
from storage.people import EVERYONE

CATALOGUE = """\
button   absence.Change        animateur, conseiller, coordinateur, hotline
button   absence.ComeBack      animateur, conseiller, coordinateur, hotline
button   absence.Forget        animateur, conseiller, coordinateur, hotline
button   absence.GiveUp        everyone
button   absence.New           animateur, conseiller, coordinateur, hotline
button   absence.Note          animateur, conseiller, coordinateur, hotline
button   absence.PutBack       animateur, conseiller, coordinateur, hotline
button   absence.Remove        animateur, conseiller, coordinateur, hotline
button   actus.All             everyone
button   actus.Approve         animateur
button   actus.Edit            animateur
button   actus.EditProposal    everyone
button   actus.GoOn            animateur
button   actus.Less            everyone
button   actus.Postpone        animateur
button   actus.Preview         animateur
button   actus.PublishNow      animateur
button   actus.RatherNot       everyone
button   actus.Restore         animateur
button   actus.Search          everyone
button   actus.SeeNow          everyone
button   actus.Settle          everyone
button   actus.Stop            everyone
button   actus.TakeBack        everyone
button   actus.Unapprove       animateur
button   actus.Withdraw        animateur
button   actus.WithdrawSurely  animateur
button   agenda.Attend         everyone
button   agenda.Cancel         everyone
button   agenda.CloseFeed      everyone
button   agenda.Edit           everyone
button   agenda.More           everyone
button   agenda.Open           everyone
button   agenda.Page           everyone
button   agenda.Propose        everyone
button   agenda.Publish        animateur
button   agenda.Refuse         animateur
button   agenda.RenewFeed      everyone
button   agenda.Restore        everyone
button   agenda.Take           everyone
button   aide.MakeLink         animateur, conseiller, coordinateur, hotline
button   aide.ShowLinks        animateur, conseiller, coordinateur, hotline
button   annonce.Abandon       animateur, coordinateur
button   annonce.Change        animateur, coordinateur
button   annonce.Correct       animateur, coordinateur
button   annonce.Keep          animateur, coordinateur
button   annonce.KeepStanding  animateur, coordinateur
button   annonce.Leave         animateur, coordinateur
button   annonce.Older         animateur, coordinateur
button   annonce.Replace       animateur, coordinateur
button   annonce.Restore       animateur, coordinateur
button   annonce.See           animateur, coordinateur
button   annonce.Send          animateur, coordinateur
button   annonce.Withdraw      animateur, coordinateur
button   annonce.WithdrawNow   animateur, coordinateur
button   annuaire.Ask          animateur, conseiller, coordinateur, hotline
button   annuaire.ChooseSight  animateur, conseiller, coordinateur, hotline
button   annuaire.Decide       animateur
button   annuaire.Edit         animateur, conseiller, coordinateur, hotline
button   annuaire.More         animateur, conseiller, coordinateur, hotline
button   annuaire.See          animateur, conseiller, coordinateur, hotline
button   annuaire.StopHelping  animateur, conseiller, coordinateur, hotline
button   annuaire.Take         animateur, conseiller, coordinateur, hotline
button   annuaire.TakeOne      animateur, conseiller, coordinateur, hotline
button   annuaire.Withdraw     animateur, conseiller, coordinateur, hotline
button   brouillon.ListDrafts  everyone
button   brouillon.TakeUp      everyone
button   canaux.Admit          animateur
button   canaux.Choose         everyone
button   canaux.ChooseOne      everyone
button   canaux.EndException   animateur
button   canaux.Lead           animateur
button   canaux.Make           animateur
button   canaux.Remove         animateur
button   canaux.Repair         animateur, coordinateur
button   canaux.Restore        animateur
button   canaux.See            animateur, coordinateur
button   canaux.SeeChannel     everyone
button   canaux.SeeOne         everyone
button   canaux.Undo           animateur
button   chercher.OpenFound    everyone
button   chercher.ShowKind     everyone
button   chercher.ShowPage     everyone
button   cra.Complete          conseiller
button   cra.CompleteCoordination coordinateur
button   cra.CoordinationPage  coordinateur
button   cra.Copy              conseiller
button   cra.CopyOne           conseiller
button   cra.Delete            conseiller
button   cra.DeleteCoordination coordinateur
button   cra.Drop              conseiller
button   cra.DropCoordination  coordinateur
button   cra.Edit              conseiller
button   cra.EditCoordination  coordinateur
button   cra.EditOne           conseiller
button   cra.FileOf            conseiller
button   cra.Ignore            conseiller
button   cra.More              conseiller
button   cra.Pick              conseiller
button   cra.Remove            conseiller
button   cra.Repeat            conseiller
button   cra.Restore           conseiller
button   cra.RestoreCoordination coordinateur
button   cra.Save              conseiller
button   cra.SaveAll           conseiller
button   cra.SaveCoordination  coordinateur
button   cra.See               conseiller
button   cra.Spread            conseiller
button   cra.UndoBatch         conseiller
button   donnees.Confirm       everyone
button   donnees.KeepData      everyone
button   drafts.Resume         everyone
button   drafts.TakeUpDrafts   everyone
button   entrainement.Finish   conseiller
button   garde.AnswerSwap      animateur, hotline +
button   garde.OpenSwap        animateur, hotline +
button   garde.PutBack         animateur, hotline +
button   garde.Release         animateur, hotline +
button   garde.ReleaseOne      animateur, hotline +
button   garde.Return          animateur, hotline +
button   garde.ReturnOne       animateur, hotline +
button   garde.Take            animateur, hotline +
button   garde.WithdrawSwap    animateur, hotline +
button   hotline.AddTo         everyone
button   hotline.Answer        everyone
button   hotline.AskFor        everyone
button   hotline.BringTo       everyone
button   hotline.Declare       everyone
button   hotline.Decline       everyone
button   hotline.FileIt        everyone
button   hotline.KeepLine      everyone
button   hotline.Mine          everyone
button   hotline.More          everyone
button   hotline.OpenFrom      everyone
button   hotline.Page          everyone
button   hotline.Part          everyone
button   hotline.PutUp         everyone
button   hotline.Rate          everyone
button   hotline.RateInWords   everyone
button   hotline.Release       everyone
button   hotline.Reopen        everyone
button   hotline.Resolve       everyone
button   hotline.SayNone       everyone
button   hotline.SayOutage     everyone
button   hotline.SayOver       everyone
button   hotline.See           everyone
button   hotline.SeeOutage     everyone
button   hotline.Settled       everyone
button   hotline.ShowLine      everyone
button   hotline.Take          everyone
button   hotline.TakeFigures   everyone
button   hotline.Unmask        everyone
button   hotline.UnsayNone     everyone
button   hotline.WasFiche      everyone
button   hotline.WasIt         everyone
button   hotline.WriteToAll    everyone
button   idees.Answer          animateur
button   idees.Decide          animateur
button   idees.FileAnyway      everyone
button   idees.GiveUp          everyone
button   idees.Name            everyone
button   idees.Open            everyone
button   idees.Page            everyone
button   idees.Revert          animateur
button   idees.TakeVoteBack    everyone
button   idees.Vote            everyone
button   idees.Withdraw        everyone
button   lines.Again           everyone
button   lines.Run             everyone
button   membres.AcceptCharter everyone
button   membres.AnswerWish    animateur, coordinateur
button   membres.ApproveRole   animateur
button   membres.AskForAccess  everyone
button   membres.CatchUp       animateur
button   membres.Complete      animateur, conseiller, coordinateur, hotline
button   membres.ConfirmGone   animateur
button   membres.EditEnd       animateur, coordinateur
button   membres.EditPlace     animateur, coordinateur
button   membres.EditRole      animateur, coordinateur
button   membres.Grant         animateur
button   membres.IgnoreGone    animateur
button   membres.Introduce     animateur
button   membres.IntroduceOne  animateur
button   membres.ReadCharter   everyone
button   membres.RefuseRole    animateur
button   membres.Return        animateur, coordinateur
button   membres.See           animateur, coordinateur
button   membres.Turn          animateur
button   membres.Undo          animateur, coordinateur
button   membres.WithdrawAccess everyone
button   menus.OpenMenu        everyone
button   moderation.Appeal     everyone
button   moderation.Approve    animateur
button   moderation.ApproveLock animateur
button   moderation.Decide     animateur
button   moderation.DecideOtherwise animateur
button   moderation.Decline    animateur
button   moderation.DeclineLock animateur
button   moderation.FalseAlarm animateur
button   moderation.FileReport everyone
button   moderation.Lighten    animateur
button   moderation.MoveOfCase animateur
button   moderation.Older      animateur
button   moderation.Overturn   animateur
button   moderation.Precise    everyone
button   moderation.SeeContext animateur
button   moderation.SeeGathered animateur
button   moderation.Sweep      animateur
button   moderation.SweepSurely animateur
button   moderation.Transfer   animateur
button   moderation.TransferSurely animateur
button   moderation.Uphold     animateur
button   rappels.Choose        everyone
button   rappels.Less          everyone
button   rappels.More          everyone
button   rappels.OpenNews      everyone
button   rappels.ReadNow       everyone
button   rdv.Accept            everyone
button   rdv.AnswerMeeting     everyone
button   rdv.CancelRest        conseiller, coordinateur
button   rdv.ChooseMoment      conseiller, coordinateur
button   rdv.CloseLink         conseiller, coordinateur
button   rdv.Complete          conseiller, coordinateur
button   rdv.CreateRoom        conseiller, coordinateur
button   rdv.Decline           conseiller
button   rdv.DrawCode          conseiller, coordinateur
button   rdv.DrawPoster        conseiller, coordinateur
button   rdv.Drop              conseiller, coordinateur
button   rdv.Edit              conseiller, coordinateur
button   rdv.EnterRoom         conseiller, coordinateur
button   rdv.FileNext          conseiller
button   rdv.Ignore            conseiller, coordinateur
button   rdv.KeepMeeting       conseiller, coordinateur
button   rdv.Later             conseiller, coordinateur
button   rdv.MoveBack          conseiller, coordinateur
button   rdv.MoveMeeting       conseiller, coordinateur
button   rdv.New               conseiller, coordinateur
button   rdv.NewAbsence        conseiller, coordinateur
button   rdv.NewRange          conseiller, coordinateur
button   rdv.Offer             everyone
button   rdv.Page              conseiller, coordinateur
button   rdv.Pick              conseiller, coordinateur
button   rdv.PutOff            everyone
button   rdv.Refuse            everyone
button   rdv.Remove            conseiller, coordinateur
button   rdv.RenewLink         conseiller, coordinateur
button   rdv.Report            conseiller
button   rdv.RestoreAbsence    conseiller, coordinateur
button   rdv.RestoreMany       conseiller, coordinateur
button   rdv.RestoreRange      conseiller, coordinateur
button   rdv.Save              conseiller, coordinateur
button   rdv.See               conseiller, coordinateur
button   rdv.SeeContact        everyone
button   rdv.SeeRequests       everyone
button   rdv.SetAutomatic      conseiller, coordinateur
button   rdv.SetCloses         conseiller, coordinateur
button   rdv.SetState          conseiller, coordinateur
button   rdv.Stop              everyone
button   rdv.Undecline         conseiller
button   rdv.UndoNew           conseiller, coordinateur
button   rdv.Unset             conseiller, coordinateur
button   ressources.Answer     animateur
button   ressources.AnswerAbout everyone
button   ressources.AskAbout   animateur
button   ressources.BringBack  everyone
button   ressources.ChooseCategory everyone
button   ressources.ChooseTheme everyone
button   ressources.Collect    everyone
button   ressources.CollectInto everyone
button   ressources.Comment    everyone
button   ressources.Decline    everyone
button   ressources.Deposit    everyone
button   ressources.Edit       everyone
button   ressources.Favour     everyone
button   ressources.FindUseful everyone
button   ressources.FollowThemes everyone
button   ressources.LinkWorks  everyone
button   ressources.Miss       everyone
button   ressources.More       everyone
button   ressources.MoveUp     everyone
button   ressources.NameIt     everyone
button   ressources.Needs      animateur
button   ressources.Object     everyone
button   ressources.Open       everyone
button   ressources.Page       everyone
button   ressources.Publish    animateur
button   ressources.PutAside   animateur
button   ressources.PutBack    everyone
button   ressources.PutIn      everyone
button   ressources.Refuse     animateur
button   ressources.RemoveCollection everyone
button   ressources.Report     everyone
button   ressources.Restore    everyone
button   ressources.RestoreCollection everyone
button   ressources.SetFollowing everyone
button   ressources.Settle     animateur
button   ressources.Share      everyone
button   ressources.ShareHere  everyone
button   ressources.ShowCollection everyone
button   ressources.StillGood  everyone
button   ressources.TakeBack   animateur
button   ressources.TakeDown   everyone
button   ressources.TakeOut    everyone
button   ressources.Withdraw   everyone
button   sondage.Abandon       everyone
button   sondage.Change        everyone
button   sondage.Close         everyone
button   sondage.CloseNow      everyone
button   sondage.Extend        everyone
button   sondage.Hush          everyone
button   sondage.Keep          everyone
button   sondage.KeepOpen      everyone
button   sondage.Launch        everyone
button   sondage.LaunchNow     everyone
button   sondage.Older         everyone
button   sondage.Resume        everyone
button   sondage.See           everyone
button   sondage.TakePicture   everyone
button   sondage.TakeSheet     everyone
button   sondage.Vote          everyone
button   sondage.Withdraw      everyone
button   sondage.WithdrawNow   everyone
button   stats.CoordinationFigures coordinateur
button   stats.CoordinationSheet coordinateur
button   stats.Details         conseiller
button   stats.Other           conseiller
button   stats.Receive         conseiller
button   stats.RevokeShare     conseiller
button   stats.See             conseiller
button   stats.SeeShares       conseiller
button   stats.SeeTerritory    animateur, conseiller, coordinateur
button   stats.Take            conseiller
button   stats.TakeDepartements animateur
button   stats.TakeFigures     animateur, conseiller, coordinateur
button   visio.Enter           everyone
button   visio.Host            everyone
button   work.Stop             everyone
command  absence               animateur, conseiller, coordinateur, hotline
command  accueil               everyone
command  accueil liens         animateur, conseiller, coordinateur, hotline
command  actus                 everyone
command  actus abonnement      everyone
command  actus brouillon       animateur
command  actus cherche         everyone
command  actus corriger        animateur
command  actus discret         everyone
command  actus flux            animateur
command  actus mes             everyone
command  actus programmer      animateur
command  actus proposer        everyone
command  actus retirer         animateur
command  actus stats           animateur
command  agenda                everyone
command  agenda flux           everyone
command  agenda passés         everyone
command  agenda proposer       everyone
command  agenda propositions   animateur
command  aide                  everyone
command  annonce               animateur, coordinateur
command  annonce liste         animateur, coordinateur
command  annuaire              animateur, conseiller, coordinateur, hotline
command  annuaire ajouter      animateur, conseiller, coordinateur, hotline
command  annuaire propositions animateur
command  annuaire qui          animateur, conseiller, coordinateur, hotline
command  bienvenue             everyone
command  brouillon             everyone
command  canaux                everyone
command  canaux admettre       animateur
command  canaux administrateurs animateur
command  canaux annuler        animateur
command  canaux archiver       animateur
command  canaux creer          animateur
command  canaux creer departements animateur
command  canaux description    animateur
command  canaux droits         animateur
command  canaux entete         animateur
command  canaux exceptions     animateur
command  canaux journal        animateur
command  canaux quitter        everyone
command  canaux rejoindre      everyone
command  canaux renommer       animateur
command  canaux reparer        animateur, coordinateur
command  canaux restaurer      animateur
command  canaux verifier       animateur, coordinateur
command  chercher              everyone
command  cra                   conseiller
command  cra aide              conseiller
command  cra brouillon         conseiller
command  cra coordination      coordinateur
command  cra coordination liste coordinateur
command  cra dupliquer         conseiller
command  cra liste             conseiller
command  cra modifier          conseiller
command  cra rétablir          conseiller
command  cra supprimer         conseiller
command  entrainement          conseiller
command  entrainement fin      conseiller
command  garde                 animateur, hotline +
command  garde absent          animateur, hotline +
command  garde echanger        animateur, hotline +
command  garde moi             animateur, hotline +
command  garde present         animateur, hotline +
command  garde retirer         animateur, hotline +
command  hotline               everyone
command  hotline demandes      everyone
command  hotline stats         everyone
command  idee                  everyone
command  idee etat             animateur
command  idee export           everyone
command  idee liste            everyone
command  membres               animateur, coordinateur
command  membres accueils      animateur
command  membres ajouter       animateur, coordinateur
command  membres depart        animateur, coordinateur
command  membres deplacer      animateur, coordinateur
command  membres nouveaux      animateur, coordinateur
command  membres retour        animateur, coordinateur
command  membres role          animateur, coordinateur
command  mes-donnees           everyone
command  mes-donnees annuler   everyone
command  mes-donnees effacer   everyone
command  moderer               animateur
command  moderer annuler       animateur
command  moderer avertir       animateur
command  moderer deplacer      animateur
command  moderer desepingler   animateur
command  moderer deverrouiller animateur
command  moderer dossiers      animateur
command  moderer epingler      animateur
command  moderer exclure       animateur
command  moderer journal       animateur
command  moderer masquer       animateur
command  moderer masquer-fil   animateur
command  moderer nettoyer      animateur
command  moderer regle         animateur
command  moderer regles        animateur
command  moderer silence       animateur
command  moderer verrouiller   animateur
command  profil                animateur, conseiller, coordinateur, hotline
command  rappels               everyone
command  rdv                   conseiller, coordinateur
command  rdv annuler           conseiller, coordinateur
command  rdv disponibilites    conseiller, coordinateur
command  rdv décaler           conseiller, coordinateur
command  rdv lien              conseiller, coordinateur
command  rdv liste             conseiller, coordinateur
command  rdv point             animateur, conseiller, coordinateur
command  rdv semaine           conseiller, coordinateur
command  rdv visio             conseiller, coordinateur
command  rdv à traiter         conseiller
command  ressources            everyone
command  ressources ajouter    everyone
command  ressources besoins    animateur
command  ressources catégories everyone
command  ressources collection everyone
command  ressources favoris    everyone
command  ressources partager   everyone
command  ressources relire     animateur
command  ressources revoir     everyone
command  ressources suivis     everyone
command  ressources suivre     everyone
command  ressources versions   everyone
command  signaler              everyone
command  sondage               everyone
command  sondage export        everyone
command  sondage liste         everyone
command  sondage rappels       everyone
command  sondage resultats     everyone
command  stats                 animateur, conseiller, coordinateur
command  stats aide            animateur, conseiller, coordinateur
command  stats carte           animateur
command  stats coordination    coordinateur
command  stats departement     animateur, conseiller, coordinateur
command  stats exporter        conseiller
command  stats national        animateur, conseiller, coordinateur
command  stats pages           conseiller
command  stats partager        conseiller
command  stats rapport         conseiller
command  stats region          animateur, conseiller, coordinateur
command  ticket                everyone
command  ticket chercher       animateur, hotline +
command  ticket liste          animateur, hotline +
command  ticket panne          animateur, hotline +
command  visio                 everyone
event    absence.DirectMessage everyone
event    agenda.arrived.Delivered everyone
event    aide.addressed.Addressed everyone
event    aide.written_to.DirectMessage everyone
event    billet.reacted.Reacted everyone
event    canaux.archived.Archived everyone
event    canaux.arrived.Delivered everyone
event    canaux.bring_in.JoinedTeam everyone
event    canaux.converted.Converted everyone
event    canaux.put_back.LeftChannel everyone
event    canaux.refused.Undelivered everyone
event    canaux.renamed.Renamed everyone
event    canaux.restored.Restored everyone
event    canaux.tell_of_intruder.JoinedChannel everyone
event    drapeau.left_there.Undelivered everyone
event    drapeau.reacted.Reacted everyone
event    drapeau.taken_off.Delivered everyone
event    entrainement.DirectMessage everyone
event    hotline.agent_left.LeftChannel everyone
event    hotline.agent_wrote.Posted everyone
event    hotline.author_wrote.DirectMessage everyone
event    hotline.card_arrived.Delivered everyone
event    hotline.card_lost.Undelivered everyone
event    hotline.changed.Edited everyone
event    hotline.gone.Deleted  everyone
event    hotline.line_arrived.Delivered everyone
event    hotline.made.Delivered everyone
event    hotline.outage_arrived.Delivered everyone
event    hotline.receipt_arrived.Delivered everyone
event    hotline.refused.Undelivered everyone
event    hotline.ticked.Reacted everyone
event    hotline.unticked.Unreacted everyone
event    kiosque.converted.Converted everyone
event    kiosque.deleted.Deleted everyone
event    kiosque.edited.Edited everyone
event    kiosque.mentioned.Posted everyone
event    kiosque.reacted.Reacted everyone
event    kiosque.unreacted.Unreacted everyone
event    livre.reacted.Reacted everyone
event    membres.arrive.JoinedTeam everyone
event    membres.note.PersonChanged everyone
event    moderation.answered_in_thread.DirectMessage everyone
event    moderation.came_again.JoinedChannel everyone
event    moderation.card_stands.Delivered everyone
event    moderation.done.Delivered everyone
event    moderation.refused.Undelivered everyone
event    moderation.summary_arrived.Delivered everyone
event    moderation.wrote.Posted everyone
event    rdv.arrived.Delivered everyone
event    regles.edited.Edited  everyone
event    regles.joined.JoinedTeam everyone
event    regles.posted.Posted  everyone
event    ressources.arrived.Delivered everyone
event    ressources.stands.Delivered everyone
event    ressources.taken_away.Deleted everyone
event    ressources.typed.Posted everyone
feed     agenda                everyone
file     actus.Document        everyone
file     agenda.CalendarFile   everyone
file     annuaire.VCard        animateur, conseiller, coordinateur, hotline
file     donnees.Copy          everyone
file     hotline.FiguresFile   everyone
file     idees.Sheet           everyone
file     rdv.CodePicture       conseiller, coordinateur
file     rdv.Poster            conseiller, coordinateur
file     sondage.Picture       everyone
file     sondage.Sheet         everyone
file     stats.Carte           animateur
file     stats.CoordinationSheet coordinateur
file     stats.Departements    animateur
file     stats.Export          conseiller
file     stats.FiguresFile     animateur, conseiller, coordinateur
file     stats.Pictured        conseiller
file     stats.TerritoryPictures animateur, conseiller, coordinateur
job      actus.gather          everyone
job      actus.hourly          everyone
job      actus.keep            everyone
job      actus.name_links      everyone
job      actus.tell            everyone
job      agenda.catch_up       everyone
job      agenda.tell           everyone
job      annuaire.forget_requests everyone
job      canaux.leave_old_channels everyone
job      canaux.look_for_namesakes everyone
job      canaux.watch_over     everyone
job      donnees.erase_due     everyone
job      donnees.look_for_sleepers everyone
job      entrainement.end_overdue everyone
job      garde.announce        everyone
job      garde.forget          everyone
job      garde.hand_over       everyone
job      hotline.clear_old     everyone
job      hotline.close_solved  everyone
job      hotline.file_undecided everyone
job      hotline.put_up_all    everyone
job      hotline.remind        everyone
job      hotline.see_to_the_open everyone
job      hotline.weekly        everyone
job      idees.tell            everyone
job      membres.ask           everyone
job      membres.look          everyone
job      membres.look_up       everyone
job      membres.recognise     everyone
job      membres.remind        everyone
job      membres.tell_roles    everyone
job      membres.tick          everyone
job      menage.tidy           everyone
job      moderation.clear_old  everyone
job      moderation.expire     everyone
job      moderation.keep_summary everyone
job      moderation.remind     everyone
job      moderation.watch_tables everyone
job      rappels.tell          everyone
job      rdv.evening           everyone
job      rdv.mail              everyone
job      rdv.remind            everyone
job      regles.find_old       everyone
job      ressources.catch_up   everyone
job      ressources.check_links everyone
job      ressources.keep_library everyone
job      ressources.remind     everyone
job      ressources.tell_news  everyone
job      sondage.end_due       everyone
job      sondage.remind_due    everyone
job      stats.monthly         everyone
page     chiffres              everyone
page     rendez-vous           everyone
page     visio                 everyone
sent     rendez-vous           everyone
stopped  actus.Publish         everyone
stopped  annonce.Broadcast     everyone
stopped  annonce.Removal       everyone
stopped  canaux.Mend           everyone
stopped  canaux.Unmend         everyone
stopped  hotline.TellAll       everyone
stopped  sondage.Broadcast     everyone
submit   absence.NoteAbsence   animateur, conseiller, coordinateur, hotline
submit   actus.AddEntry        animateur
submit   actus.ChangeNews      everyone
submit   actus.EditDigest      animateur
submit   actus.Programme       animateur
submit   actus.ProposeNews     everyone
submit   actus.PutOff          animateur
submit   actus.RewordEntry     animateur
submit   actus.Subscribe       everyone
submit   actus.WriteEdito      animateur
submit   agenda.CancelEvent    everyone
submit   agenda.EditEvent      everyone
submit   agenda.ProposeEvent   everyone
submit   agenda.RefuseEvent    animateur
submit   annonce.Announce      animateur
submit   annonce.AnnounceHere  coordinateur
submit   annonce.Reword        animateur, coordinateur
submit   annuaire.AskHelp      animateur, conseiller, coordinateur, hotline
submit   annuaire.EditProfile  animateur, conseiller, coordinateur, hotline
submit   annuaire.EditSight    animateur, conseiller, coordinateur, hotline
submit   annuaire.ProposeContact animateur, conseiller, coordinateur, hotline
submit   canaux.NewChannel     animateur
submit   canaux.PutAway        animateur
submit   canaux.RenameChannel  animateur
submit   canaux.WriteHeader    animateur
submit   canaux.WritePurpose   animateur
submit   cra.EditCra           conseiller
submit   cra.NewCra            conseiller
submit   cra.ReportAnimation   coordinateur
submit   cra.ReportEvent       coordinateur
submit   cra.ReportPartnership coordinateur
submit   cra.SpreadCra         conseiller
submit   garde.SwapTurn        animateur, hotline +
submit   garde.TakeTurn        animateur, hotline +
submit   hotline.AnswerTicket  everyone
submit   hotline.AskBack       everyone
submit   hotline.AssignTicket  everyone
submit   hotline.ChangeUrgency everyone
submit   hotline.DeclareOutage everyone
submit   hotline.EndOutage     everyone
submit   hotline.MarkDuplicate everyone
submit   hotline.NewOutage     everyone
submit   hotline.OpenTicket    everyone
submit   hotline.RateTicket    everyone
submit   hotline.ResolveTicket everyone
submit   hotline.TellOutage    everyone
submit   hotline.TransferTicket everyone
submit   idees.DecideIdea      animateur
submit   idees.FileIdea        everyone
submit   idees.WithdrawIdea    animateur
submit   membres.AddMember     animateur, coordinateur
submit   membres.AskAccess     everyone
submit   membres.ChooseMember  animateur, coordinateur
submit   membres.CompleteProfile animateur, conseiller, coordinateur, hotline
submit   membres.EndMember     animateur, coordinateur
submit   membres.GiveRole      animateur, coordinateur
submit   membres.GrantAccess   animateur
submit   membres.IntroduceGuest animateur
submit   membres.MoveMember    animateur, coordinateur
submit   membres.RefuseAccess  animateur
submit   menus.ChosenChannel   everyone
submit   menus.ChosenOption    everyone
submit   menus.ChosenPerson    everyone
submit   moderation.AskOpinion animateur
submit   moderation.CancelMeasure animateur
submit   moderation.ContestMeasure everyone
submit   moderation.DeclineMeasure animateur
submit   moderation.DismissCase animateur
submit   moderation.ExcludeAuthor animateur
submit   moderation.ForwardCase animateur
submit   moderation.HideMessage animateur
submit   moderation.LightenMeasure animateur
submit   moderation.MoveThread animateur
submit   moderation.PreciseReport everyone
submit   moderation.RemindCharter animateur
submit   moderation.ReportMessage everyone
submit   moderation.SilenceAuthor animateur
submit   moderation.UpholdMeasure animateur
submit   moderation.WarnAuthor animateur
submit   rappels.ChooseReminders everyone
submit   rdv.EditRdv           conseiller, coordinateur
submit   rdv.NewRdv            conseiller, coordinateur
submit   reservation.AddAbsence conseiller, coordinateur
submit   reservation.AddRange  conseiller, coordinateur
submit   reservation.OfferMoment everyone
submit   ressources.AnswerNeed animateur
submit   ressources.AnswerReview everyone
submit   ressources.AskDepositor animateur
submit   ressources.CommentResource everyone
submit   ressources.DepositResource everyone
submit   ressources.EditResource everyone
submit   ressources.NameCollection everyone
submit   ressources.RefuseResource animateur
submit   ressources.ReportResource everyone
submit   ressources.SayNeed    everyone
submit   ressources.WithdrawResource everyone
submit   sondage.AskPoll       animateur
submit   sondage.AskPollHere   everyone
submit   sondage.ChangeEnd     everyone
submit   sondage.ChangeOne     everyone
submit   sondage.ChangeSeveral everyone
submit   sondage.VoteOne       everyone
submit   sondage.VoteSeveral   everyone
submit   stats.SeePeriod       conseiller
submit   stats.ShareFigures    conseiller
submit   stats.TakeAway        conseiller
submit   stats.TakeTerritory   animateur, conseiller, coordinateur
work     actus.CheckPlaces     everyone
work     actus.Harvest         everyone
work     actus.NameLinks       everyone
work     actus.Publish         everyone
work     actus.ReadFeeds       everyone
work     actus.Removal         everyone
work     actus.Rewrite         everyone
work     actus.TellSubscribers everyone
work     annonce.Broadcast     animateur, coordinateur
work     annonce.Removal       animateur, coordinateur
work     annonce.Rewrite       animateur, coordinateur
work     canaux.Check          animateur, coordinateur
work     canaux.LookForNamesakes everyone
work     canaux.Mend           animateur, coordinateur
work     canaux.SeeOff         everyone
work     canaux.Unmend         animateur
work     donnees.Doze          everyone
work     donnees.Erase         everyone
work     hotline.CarryExchange everyone
work     hotline.TellAll       everyone
work     idees.TellVoters      everyone
work     membres.NoteGone      everyone
work     membres.TellGuests    everyone
work     membres.TellNewcomers everyone
work     membres.TellRoles     everyone
work     menage.Sweep          everyone
work     moderation.ClearCases everyone
work     moderation.ExcludeFrom everyone
work     moderation.HideThread everyone
work     moderation.LookAgain  everyone
work     moderation.PutBack    everyone
work     moderation.SilenceAll everyone
work     moderation.Summarise  everyone
work     moderation.Transferring everyone
work     moderation.Try        animateur
work     rappels.TellDay       everyone
work     rdv.MailReminder      everyone
work     rdv.OpenRooms         everyone
work     rdv.Redraw            everyone
work     rdv.TellEvening       everyone
work     ressources.CheckLinks everyone
work     ressources.TellFollowers everyone
work     sondage.Broadcast     everyone
work     sondage.Conclude      everyone
work     sondage.Nudge         everyone
work     sondage.Remind        everyone
work     sondage.Retell        everyone
"""


def line(trigger: Trigger) -> str:
    """A trigger as the catalogue shows it; « + » stands for whom its feature lets in besides."""
    kind, name = trigger.key
    roles = "everyone" if trigger.roles == EVERYONE else ", ".join(sorted(trigger.roles))
    others = " +" if trigger.admits and trigger.roles != EVERYONE else ""
    return f"{kind:<8} {name:<21} {roles}{others}"


def test_the_catalogue_tells_every_trigger_and_its_roles() -> None:
    found = sorted(map(line, index_triggers(FEATURES).values()))
    assert "\n".join(found) == CATALOGUE.rstrip()


def test_commands_are_listed_by_the_alphabet_those_of_the_feature_s_own_name_first() -> None:
    listed = {feature.name: [trigger.key[1] for trigger in feature.commands] for feature in FEATURES}
    assert listed["annuaire"] == ["annuaire", "annuaire ajouter", "annuaire propositions", "annuaire qui", "profil"]
    for name, commands in listed.items():
        assert all(command.split()[0] in commands[: commands.index(command) + 1] for command in commands), name


def test_every_command_says_what_it_is_for() -> None:
    for trigger in (trigger for feature in FEATURES for trigger in feature.commands):
        assert trigger.help, trigger.key
        assert trigger.help[0].isupper()
        assert not trigger.help.endswith("."), trigger.key


def test_no_job_runs_in_the_hour_that_some_nights_have_twice() -> None:
    for trigger in (t for f in FEATURES for t in f.triggers if t.key[0] == "job"):
        fields = dict(part.split("=") for part in trigger.schedule.split())
        assert fields["hour"] != "2", trigger.key
